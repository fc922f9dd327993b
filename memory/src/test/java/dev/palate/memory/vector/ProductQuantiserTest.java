package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProductQuantiserTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_101L);
    private static final int DIMENSION = 60;

    private static float[][] rows(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom centres = new SplittableRandom(SEED);
        float[][] themes = new float[12][DIMENSION];
        for (float[] theme : themes) {
            for (int i = 0; i < DIMENSION; i++) {
                theme[i] = (float) centres.nextGaussian();
            }
        }
        float[][] rows = new float[count][];
        for (int row = 0; row < count; row++) {
            float[] vector = themes[random.nextInt(themes.length)].clone();
            for (int i = 0; i < DIMENSION; i++) {
                vector[i] += (float) (0.7 * random.nextGaussian());
            }
            Kernels.scale((float) (1 / Math.sqrt(Kernels.dot(vector, 0, vector, 0, DIMENSION))), vector, 0, DIMENSION);
            rows[row] = vector;
        }
        return rows;
    }

    @Test
    void theSameRowsAndSeedGiveTheSameCodes() {
        float[][] rows = rows(600, SEED);
        ProductQuantiser one = ProductQuantiser.train(rows, DIMENSION, 5);
        assertThat(ProductQuantiser.train(rows, DIMENSION, 5).values()).isEqualTo(one.values());
        assertThat(ProductQuantiser.train(rows, DIMENSION, 6).values()).isNotEqualTo(one.values());
        ProductQuantiser read = new ProductQuantiser(DIMENSION, one.centroids(), one.values());
        assertThat(read.encode(rows[3])).isEqualTo(one.encode(rows[3])).hasSize(8);
        assertThat(one.codeLength()).isEqualTo(8);
    }

    @Test
    void productsByTableAreThoseOfTheDecodedVector() {
        float[][] rows = rows(500, SEED);
        ProductQuantiser quantiser = ProductQuantiser.train(rows, DIMENSION, SEED);
        float[] table = quantiser.table(rows[0]);
        for (float[] row : rows) {
            byte[] codes = quantiser.encode(row);
            float[] decoded = quantiser.decode(codes);
            assertThat(quantiser.dot(table, codes))
                    .isCloseTo(Kernels.dot(rows[0], 0, decoded, 0, DIMENSION), within(1e-4f));
            assertThat(quantiser.encode(decoded)).isEqualTo(codes);
        }
    }

    @Test
    void theNearestByCodesAreMostlyTheNearest() {
        float[][] rows = rows(2_000, SEED);
        float[][] queries = rows(40, SEED + 1);
        ProductQuantiser quantiser = ProductQuantiser.train(rows, DIMENSION, SEED);
        byte[][] codes = new byte[rows.length][];
        Arrays.setAll(codes, i -> quantiser.encode(rows[i]));
        double found = 0;
        for (float[] query : queries) {
            float[] exact = new float[rows.length];
            float[] byCodes = new float[rows.length];
            float[] table = quantiser.table(query);
            for (int i = 0; i < rows.length; i++) {
                exact[i] = Kernels.dot(query, 0, rows[i], 0, DIMENSION);
                byCodes[i] = quantiser.dot(table, codes[i]);
            }
            Set<Integer> best = new HashSet<>();
            Arrays.stream(TopK.select(exact, 10)).forEach(best::add);
            found += Arrays.stream(TopK.select(byCodes, 100))
                    .filter(best::contains)
                    .count();
        }
        assertThat(found / queries.length / 10)
                .as("recall of 10 in 100, seed %d", SEED)
                .isGreaterThan(0.9);
    }

    @Test
    void fewRowsAreKeptAsTheyAre() {
        float[][] rows = rows(3, SEED);
        ProductQuantiser quantiser = ProductQuantiser.train(rows, DIMENSION, SEED);
        assertThat(quantiser.centroids()).isEqualTo(3);
        assertThat(quantiser.decode(quantiser.encode(rows[1]))).isEqualTo(rows[1]);
    }

    @Test
    void wrongLengthsAreNamed() {
        ProductQuantiser quantiser = ProductQuantiser.train(rows(3, SEED), DIMENSION, SEED);
        assertThatThrownBy(() -> quantiser.encode(new float[59])).hasMessage("length of the vector must be 60, was 59");
        assertThatThrownBy(() -> quantiser.decode(new byte[7])).hasMessage("length of the codes must be 8, was 7");
        assertThatThrownBy(() -> new ProductQuantiser(60, 300, new float[1]))
                .hasMessageContaining("300 centroids (1 to 256 allowed)");
        assertThatThrownBy(() -> ProductQuantiser.train(new float[0][], 60, 1))
                .hasMessage("a codebook needs at least 1 vector to learn from, had 0");
    }
}
