package dev.palate.retrieval.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FactorModelTest {
    private static final long SEED = Long.getLong("test.seed", 4L);
    private static final Histories HISTORIES = random(600, 530);
    private static final ImplicitAls.Options ALS = new ImplicitAls.Options(20, 0.2, 0.01, 1, 3, 3, 1);

    @TestFactory
    Stream<DynamicTest> threadsDoNotChangeABit() {
        return Stream.of(
                        ALS,
                        new ImplicitAls.Options(20, 0.2, 0.01, 0.5, 2, 0, 1),
                        new BayesianRanking.Options(12, 0.05, 0.01, 6),
                        new ItemKnn.Options(30, 5, ItemKnn.Weighting.BM25),
                        new RandomWalk.Options(30, 0.8, 0.4),
                        new Transitions.Options(5, 0.9, 0.3, 30),
                        new Ease.Options(20, 1),
                        new SparseEase.Options(20, 40),
                        new Popularity.Options(),
                        new RecentPopularity.Options(5))
                .map(options -> DynamicTest.dynamicTest(options.toString(), () -> {
                    float[] one = scores(options, 7, 1);
                    assertThat(scores(options, 7, 2)).isEqualTo(one);
                    assertThat(scores(options, 7, 5)).isEqualTo(one);
                    assertThat(scores(options, 7, 1)).isEqualTo(one);
                    boolean random =
                            options instanceof ImplicitAls.Options || options instanceof BayesianRanking.Options;
                    assertThat(Arrays.equals(scores(options, 8, 1), one)).isEqualTo(!random);
                }));
    }

    private static float[] scores(ModelOptions options, long seed, int threads) {
        Scorer scorer = FactorModel.of(options).fit(HISTORIES, seed, threads, OptionalLong.empty(), Progress.NONE);
        float[] scores = new float[HISTORIES.itemCount()];
        scorer.score(HISTORIES.of(1), scores);
        return scores;
    }

    @Test
    void exactRowsAreWhereManyStepsEnd() {
        Histories dense = random(80, 30);
        for (int dimension : new int[] {6, 16, 25}) {
            ItemFactors exact = ImplicitAls.fit(
                    dense, new ImplicitAls.Options(dimension, 0.3, 0.02, 1, 2, 0, 1), SEED, Progress.NONE);
            ItemFactors steps = ImplicitAls.fit(
                    dense, new ImplicitAls.Options(dimension, 0.3, 0.02, 1, 2, 100, 1), SEED, Progress.NONE);
            float[] a = new float[30];
            float[] b = new float[30];
            exact.score(dense.of(0), a);
            steps.score(dense.of(0), b);
            for (int item = 0; item < 30; item++) {
                assertThat(a[item])
                        .as("dimension %s, seed %s", dimension, SEED)
                        .isCloseTo(b[item], Offset.offset(2e-3f));
            }
        }
    }

    @Test
    void aFoldedInItemSolvesTheNormalEquationsOfItsUsers() {
        ItemFactors factors = ImplicitAls.fit(HISTORIES, ALS, SEED, Progress.NONE);
        float[][] users = new float[5][];
        for (int user = 0; user < users.length; user++) {
            users[user] = factors.foldIn(HISTORIES.of(user));
        }
        float[] item = factors.foldInItem(users);
        ItemFactors.UserSide side = factors.userSide().orElseThrow();
        assertThat(side.count()).isEqualTo(600);
        double lambda = 0.01 * (5 + 0.2 * 600);
        for (int i = 0; i < 20; i++) {
            double residual = -lambda * item[i];
            for (int j = 0; j < 20; j++) {
                residual -= 0.2 * side.gram()[i * 20 + j] * item[j];
            }
            for (float[] user : users) {
                double error = 1;
                for (int j = 0; j < 20; j++) {
                    error -= user[j] * item[j];
                }
                residual += error * user[i];
            }
            assertThat(residual).as("coordinate %s, seed %s", i, SEED).isBetween(-5e-3, 5e-3);
        }
        assertThat(factors.foldInItem(new float[0][])).containsOnly(0);
        assertThatThrownBy(() -> new ItemFactors(factors.factors(), ALS).foldInItem(users))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("train again");
    }

    @Test
    void anItemFoldedInFromItsUsersIsLikeItsTrainedSelf() {
        Histories board = taste();
        ItemFactors factors =
                ImplicitAls.fit(board, new ImplicitAls.Options(8, 0.1, 0.01, 1, 10, 4, 1), SEED, Progress.NONE);
        float[][] users = new float[20][];
        for (int user = 0; user < users.length; user++) {
            users[user] = factors.foldIn(board.of(2 * user));
        }
        float[] folded = factors.foldInItem(users);
        double even = 0;
        double odd = 0;
        for (int i = 0; i < 8; i++) {
            even += folded[i] * factors.foldIn(board.of(40))[i];
            odd += folded[i] * factors.foldIn(board.of(41))[i];
        }
        assertThat(even).as("seed %s", SEED).isGreaterThan(0.4).isGreaterThan(5 * Math.abs(odd));
    }

    @Test
    void sparseEaseWithAllNeighboursIsEase() {
        Histories histories = random(300, 40);
        float[] dense = new float[40];
        float[] sparse = new float[40];
        Ease.fit(histories, new Ease.Options(9, 1), Progress.NONE)
                .scorer(HistoryDecay.of(.9))
                .score(histories.of(2), dense);
        SparseEase.fit(histories, new SparseEase.Options(9, 40), 2, Progress.NONE)
                .scorer(HistoryDecay.of(.9))
                .score(histories.of(2), sparse);
        assertThat(sparse).usingComparatorWithPrecision(1e-4f).containsExactly(dense);
    }

    @Test
    void sparseEaseKeepsTheMostCorrelated() {
        Histories histories = random(300, 40);
        ItemNeighbours rows = SparseEase.fit(histories, new SparseEase.Options(9, 3), 1, Progress.NONE);
        int[] predictors = new int[40];
        for (int entry : rows.items()) {
            predictors[entry]++;
        }
        assertThat(predictors).containsOnly(3);
        assertThatThrownBy(() -> Ease.requireBytes("sparse EASE over 9 items", 2L << 30, 1L << 30))
                .isInstanceOf(RetrievalException.class)
                .hasMessage("sparse EASE over 9 items needs 2048 MiB of heap, 1024 MiB are free: give the JVM at least"
                        + " 2560 MiB (-Xmx), or use its sparse form with fewer neighbours");
        assertThat(SparseEase.requiredBytes(histories, new SparseEase.Options(9, 3)))
                .isBetween(16L * rows.items().length, 16L * 40 * 40 + 24 * 40 * 3);
    }

    /// Users {0,1}, {0,1,2}, {1,2}, {3}: items 0 and 1 share two users, 0 and 2 one.
    @Test
    void weightingsAreThoseOfTheirFormulas() {
        Histories few = few();
        ItemNeighbours cosine = ItemKnn.fit(few, new ItemKnn.Options(9, 0, ItemKnn.Weighting.COSINE));
        assertThat(weight(cosine, 0, 1)).isCloseTo(2 / Math.sqrt(2 * 3), Offset.offset(1e-6));
        assertThat(weight(cosine, 0, 2)).isCloseTo(1 / Math.sqrt(2 * 2), Offset.offset(1e-6));
        double two = Math.pow(Math.log(4 / 3.0), 2);
        double three = Math.pow(Math.log(4 / 4.0), 2);
        ItemNeighbours tfIdf = ItemKnn.fit(few, new ItemKnn.Options(9, 0, ItemKnn.Weighting.TF_IDF));
        assertThat(weight(tfIdf, 0, 1))
                .isCloseTo((two + three) / Math.sqrt((two + three) * (2 * two + three)), Offset.offset(1e-6));
        ItemNeighbours bm25 = ItemKnn.fit(few, new ItemKnn.Options(9, 0, ItemKnn.Weighting.BM25));
        double divisor0 = 1 + 1.2 * (.25 + .75 * 2 / 2.0);
        double divisor1 = 1 + 1.2 * (.25 + .75 * 3 / 2.0);
        assertThat(weight(bm25, 0, 1)).isCloseTo((two + three) / (divisor0 * divisor1), Offset.offset(1e-6));
        ItemNeighbours walk = RandomWalk.fit(few, new RandomWalk.Options(9, 1, .5), 1);
        assertThat(weight(walk, 0, 1)).isCloseTo((1 / 2.0 + 1 / 3.0) / 2 / Math.sqrt(3), Offset.offset(1e-6));
        assertThat(weight(walk, 0, 0)).isZero();
        assertThat(weight(walk, 3, 0)).isZero();
    }

    @Test
    void optionsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> new BayesianRanking.Options(8, 0, .1, 5))
                .hasMessage("learningRate must be in (0, 1] and regularization in [0, 1], were 0.0 and 0.1");
        assertThatThrownBy(() -> new BayesianRanking.Options(0, .1, .1, 5))
                .hasMessage("dimension must be in [1, 1024] and epochs in [1, 10000], were 0 and 5");
        assertThatThrownBy(() -> new RandomWalk.Options(5, 3, 0))
                .hasMessage("walkExponent and popularityExponent must be in [0, 2], were 3.0 and 0.0");
        assertThatThrownBy(() -> new RandomWalk.Options(0, 1, 0)).hasMessage("neighbours must be in [1, 10000], was 0");
        assertThatThrownBy(() -> new SparseEase.Options(1, 2001))
                .hasMessage("neighbours must be in [1, 2000], was 2001");
        assertThatThrownBy(() -> new SparseEase.Options(0, 1)).hasMessage("regularization must be above 0, was 0.0");
        assertThatThrownBy(() -> new RecentPopularity.Options(-1)).hasMessage("window must be at least 0, was -1");
    }

    @Test
    void onlySumsOverItemsDecay() {
        assertThat(List.of(FactorModel.of(ALS), FactorModel.of(new Popularity.Options())))
                .noneMatch(FactorModel::decays);
        assertThat(List.of(FactorModel.of(new Ease.Options(1, 1)), FactorModel.of(RandomWalk.Options.DEFAULT)))
                .allMatch(FactorModel::decays);
    }

    private static double weight(ItemNeighbours rows, int item, int other) {
        float[] scores = new float[rows.itemCount()];
        rows.scorer(HistoryDecay.NONE).score(History.of(item), scores);
        return scores[other];
    }

    private static Histories few() {
        Histories.Builder builder = new Histories.Builder(4);
        int[][] users = {{0, 1}, {0, 1, 2}, {1, 2}, {3}};
        for (int user = 0; user < users.length; user++) {
            for (int item : users[user]) {
                builder.add(user, item, item);
            }
        }
        return builder.build();
    }

    /// Even users have even items, odd users odd ones.
    private static Histories taste() {
        Histories.Builder builder = new Histories.Builder(60);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int user = 0; user < 120; user++) {
            for (int event = 0; event < 15; event++) {
                builder.add(user, 2 * random.nextInt(30) + user % 2, event);
            }
        }
        return builder.build();
    }

    private static Histories random(int users, int items) {
        SplittableRandom random = new SplittableRandom(SEED);
        Histories.Builder builder = new Histories.Builder(items);
        for (int user = 0; user < users; user++) {
            for (int event = 0; event < 12; event++) {
                builder.add(user, random.nextInt(items), event);
            }
        }
        return builder.build();
    }
}
