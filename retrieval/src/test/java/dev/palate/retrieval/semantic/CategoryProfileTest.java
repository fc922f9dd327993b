package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CategoryProfileTest {
    private static final HistoryDecay DECAY = HistoryDecay.of(0.9);

    /// The same numbers as a component per category would give, also for items without any and for long histories.
    @Test
    void agreesWithTheMatrix() {
        SplittableRandom random = new SplittableRandom(3);
        List<List<String>> categories = new ArrayList<>();
        float[][] dense = new float[60][9];
        for (int row = 0; row < dense.length; row++) {
            List<String> words = new ArrayList<>();
            for (int code = 0; code < 9; code++) {
                if (row % 7 != 0 && random.nextInt(4) == 0) {
                    dense[row][code] = 1;
                    words.add((random.nextBoolean() ? "Genre " : "genre ") + code);
                    words.add("genre " + code);
                }
            }
            categories.add(words);
        }
        CategoryProfile sparse = CategoryProfile.of(categories, DECAY);
        ContentProfile matrix = ContentProfile.centred(dense, DECAY);
        for (int user = 0; user < 20; user++) {
            History history = History.of(IntStream.range(0, 1 + user * 7)
                    .map(step -> random.nextInt(60))
                    .toArray());
            float[] expected = new float[60];
            float[] actual = new float[60];
            matrix.score(history, expected);
            sparse.score(history, actual);
            assertThat(actual).usingComparatorWithPrecision(1e-4f).containsExactly(expected);
        }
    }

    @Test
    void someRowsKeepTheMeanOfAll() {
        CategoryProfile all = CategoryProfile.of(
                List.of(List.of("a"), List.of("a", "b"), List.of("b", "c"), List.of(), List.of("c")), DECAY);
        float[] of = new float[5];
        all.score(History.of(1, 2), of);
        float[] some = new float[4];
        all.over(new int[] {2, 4, -1, 1}).score(History.of(3, 0), some);
        assertThat(some).usingComparatorWithPrecision(1e-6f).containsExactly(of[2], of[4], Float.NaN, of[1]);
    }
}
