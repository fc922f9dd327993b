package dev.palate.retrieval.factor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Even users like even items and odd users odd ones; each user's own number is held out, so every personal
/// recommender must put it first among the items the user has not had.
class CheckerboardTest {
    private static final long SEED = Long.getLong("test.seed", 5L);
    private static final int SIZE = 48;

    @TestFactory
    Stream<DynamicTest> everyRecommenderFindsTheHeldOutItem() {
        Histories board = checkerboard();
        ImplicitAls.Options als = new ImplicitAls.Options(8, 0.1, 0.01, 1, 12, 4, 2);
        return Stream.of(
                test("als", board, ImplicitAls.fit(board, als, SEED, Progress.NONE)),
                test(
                        "ease",
                        board,
                        Ease.fit(board, new Ease.Options(10, 2), Progress.NONE).scorer(HistoryDecay.NONE)),
                test(
                        "ease with decay",
                        board,
                        Ease.fit(board, new Ease.Options(10, 1), Progress.NONE).scorer(HistoryDecay.of(0.9))),
                test(
                        "pruned ease",
                        board,
                        Ease.fit(board, new Ease.Options(10, 1), Progress.NONE)
                                .pruned(30)
                                .scorer(HistoryDecay.NONE)),
                test(
                        "als, exact rows",
                        board,
                        ImplicitAls.fit(
                                board, new ImplicitAls.Options(8, 0.1, 0.01, 1, 12, 0, 2), SEED, Progress.NONE)),
                test(
                        "bpr",
                        board,
                        BayesianRanking.fit(
                                board, new BayesianRanking.Options(8, 0.1, 0.01, 200), SEED, 1, Progress.NONE)),
                test(
                        "sparse ease",
                        board,
                        SparseEase.fit(board, new SparseEase.Options(10, 30), 2, Progress.NONE)
                                .scorer(HistoryDecay.NONE)),
                test(
                        "rp3beta",
                        board,
                        RandomWalk.fit(board, new RandomWalk.Options(30, 1, 0.6), 2)
                                .scorer(HistoryDecay.NONE)),
                test(
                        "item-knn",
                        board,
                        ItemKnn.fit(board, new ItemKnn.Options(30, 0)).scorer(HistoryDecay.of(0.8))),
                test(
                        "transitions",
                        board,
                        Transitions.fit(board, new Transitions.Options(10, 0.95, 0.25, 40))
                                .scorer(HistoryDecay.NONE)));
    }

    private static DynamicTest test(String name, Histories board, Scorer scorer) {
        return DynamicTest.dynamicTest(name, () -> {
            for (int user = 0; user < SIZE; user++) {
                float[] scores = new float[SIZE];
                scorer.score(board.of(user), scores);
                for (int item : board.of(user).items()) {
                    scores[item] = Float.NEGATIVE_INFINITY;
                }
                assertThat(TopK.select(scores, 1))
                        .as("best item of user %s, seed %s", user, SEED)
                        .containsExactly(user);
            }
        });
    }

    private static Histories checkerboard() {
        Histories.Builder builder = new Histories.Builder(SIZE);
        for (int user = 0; user < SIZE; user++) {
            List<Integer> liked = new ArrayList<>();
            for (int item = user % 2; item < SIZE; item += 2) {
                if (item != user) {
                    liked.add(item);
                }
            }
            Collections.shuffle(liked, new Random(SEED + user));
            for (int position = 0; position < liked.size(); position++) {
                builder.add(user, liked.get(position), position);
            }
        }
        return builder.build();
    }
}
