package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKTest {
    private static final long SEED = Long.getLong("test.seed", 7L);

    @Test
    void equalsAFullSortWithManyTies() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 300; round++) {
            float[] scores = new float[random.nextInt(0, 120)];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = random.nextInt(10) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(-4, 5) * 0.5f;
            }
            int k = random.nextInt(0, 25);
            int[] expected = IntStream.range(0, scores.length)
                    .filter(i -> scores[i] != Float.NEGATIVE_INFINITY)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -scores[i])
                            .thenComparing(i -> i))
                    .limit(k)
                    .mapToInt(i -> i)
                    .toArray();
            assertThat(TopK.select(scores, k))
                    .as("round %s, seed %s", round, SEED)
                    .isEqualTo(expected);
            boolean[] open = new boolean[scores.length];
            for (int i = 0; i < open.length; i++) {
                open[i] = random.nextInt(3) > 0;
            }
            float above = random.nextInt(-2, 2);
            int[] some = IntStream.of(TopK.select(scores, scores.length))
                    .filter(i -> open[i] && scores[i] > above)
                    .limit(k)
                    .toArray();
            assertThat(TopK.select(scores, open, above, k))
                    .as("open ones above %s in round %s, seed %s", above, round, SEED)
                    .isEqualTo(some);
        }
    }

    @Test
    void leavesOutWhatHasNoScoreAndTreatsSignedZerosAsEqual() {
        float[] scores = {Float.NaN, -0.0f, 0.0f, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -1e-45f};
        assertThat(TopK.select(scores, 10)).containsExactly(4, 1, 2, 5);
    }

    @Test
    void refusesANegativeCount() {
        assertThatThrownBy(() -> TopK.select(new float[1], -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("k must be at least 0, was -1");
    }
}
