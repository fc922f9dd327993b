package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRowsTest {
    private static final long SEED = 20260101;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 63, 64, 65, 100, 384})
    void theBestAreThoseOfComparingWithEveryRow(int dimension) {
        SplittableRandom random = new SplittableRandom(SEED + dimension);
        int count = 3_000;
        float[] rows = values(random, count * dimension);
        for (int row = 0; row < count; row += 2) {
            // Rows of very different lengths, some of nothing.
            Kernels.scale(row % 10 == 0 ? 0 : row % 10, rows, row * dimension, dimension);
        }
        // Twins, whose order is by row.
        System.arraycopy(rows, 5 * dimension, rows, 2_000 * dimension, dimension);
        ByteRows bytes = ByteRows.of(rows, dimension);
        for (int round = 0; round < 60; round++) {
            float[] query = round == 0 ? new float[dimension] : values(random, dimension);
            if (round % 3 == 1) {
                System.arraycopy(rows, random.nextInt(count) * dimension, query, 0, dimension);
            }
            boolean @Nullable [] open = round % 2 == 0 ? null : open(random, count);
            for (int k : new int[] {1, 50, 500}) {
                for (float above : new float[] {0, Float.NEGATIVE_INFINITY}) {
                    assertThat(bytes.best(query, open, above, k))
                            .as("seed %s, round %s, k %s, above %s", SEED, round, k, above)
                            .isEqualTo(compared(rows, dimension, query, open, above, k));
                }
            }
        }
    }

    /// Fewer rows than a block, just as many, and one more; more wanted than there are; whole blocks shut.
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 31, 32, 33, 64, 97})
    void anyNumberOfRowsFillsItsBlocks(int count) {
        SplittableRandom random = new SplittableRandom(SEED + count);
        for (int dimension : new int[] {3, 64}) {
            float[] rows = values(random, count * dimension);
            ByteRows bytes = ByteRows.of(rows, dimension);
            boolean[] last = new boolean[count];
            last[count - 1] = true;
            for (boolean @Nullable [] open : new boolean[][] {null, open(random, count), last, new boolean[count]}) {
                float[] query = values(random, dimension);
                for (float above : new float[] {0, Float.NEGATIVE_INFINITY}) {
                    assertThat(bytes.best(query, open, above, 500))
                            .as("seed %s, above %s", SEED, above)
                            .isEqualTo(compared(rows, dimension, query, open, above, 500));
                }
            }
        }
    }

    @Test
    void rowsThatDifferByLessThanTheBytesTellAreToldApart() {
        int dimension = 384;
        SplittableRandom random = new SplittableRandom(SEED);
        float[] one = values(random, dimension);
        float[] rows = new float[2_000 * dimension];
        for (int row = 0; row < 2_000; row++) {
            System.arraycopy(one, 0, rows, row * dimension, dimension);
            rows[row * dimension + random.nextInt(dimension)] += (float) (random.nextDouble() * 1e-4);
        }
        assertThat(ByteRows.of(rows, dimension).best(one, null, 0, 10))
                .isEqualTo(compared(rows, dimension, one, null, 0, 10));
    }

    @Test
    void aConstantIsTakenFromEachProduct() {
        SplittableRandom random = new SplittableRandom(SEED);
        int dimension = 64;
        float[] rows = values(random, 1_000 * dimension);
        float[] query = values(random, dimension);
        float[] products = new float[1_000];
        for (float less : new float[] {-3.7f, .01f, 2.5f, 1_000}) {
            for (int row = 0; row < products.length; row++) {
                products[row] = Kernels.dot(rows, row * dimension, query, 0, dimension) - less;
            }
            assertThat(ByteRows.of(rows, dimension).best(query, less, null, 0, 20))
                    .as("less %s", less)
                    .isEqualTo(TopK.select(products, null, 0, 20));
        }
    }

    @Test
    void withoutRowsOrPlacesThereIsNothing() {
        assertThat(ByteRows.of(new float[0], 5).best(new float[5], null, 0, 10)).isEmpty();
        assertThat(ByteRows.of(new float[] {1}, 1).best(new float[] {1}, null, 0, 0))
                .isEmpty();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> ByteRows.of(new float[7], 2)).hasMessageContaining("7");
        assertThatThrownBy(() -> ByteRows.of(new float[6], 2).best(new float[2], null, 0, -1))
                .hasMessageContaining("-1");
    }

    private static int[] compared(
            float[] rows, int dimension, float[] query, boolean @Nullable [] open, float above, int k) {
        float[] products = new float[rows.length / dimension];
        for (int row = 0; row < products.length; row++) {
            products[row] = Kernels.dot(rows, row * dimension, query, 0, dimension);
        }
        return TopK.select(products, open, above, k);
    }

    private static boolean[] open(SplittableRandom random, int count) {
        boolean[] open = new boolean[count];
        for (int row = 0; row < count; row++) {
            open[row] = random.nextInt(4) > 0;
        }
        return open;
    }

    private static float[] values(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
