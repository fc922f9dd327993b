package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseProductTest {
    private static final long SEED = Long.getLong("test.seed", 12L);

    @ParameterizedTest
    @CsvSource({"1,1", "3,5", "7,16", "130,17", "300,64", "4100,40"})
    void gramIsThatOfPlainLoops(int rowCount, int dimension) {
        int stride = DenseProduct.stride(dimension);
        float[] rows = padded(rowCount, dimension, stride);
        float[] gram = new float[stride * stride];
        DenseProduct.gram(rows, rowCount, stride, 1, gram);
        for (int i = 0; i < stride; i++) {
            for (int j = 0; j < stride; j++) {
                double sum = 0;
                for (int row = 0; row < rowCount; row++) {
                    sum += (double) rows[row * stride + i] * rows[row * stride + j];
                }
                assertThat((double) gram[i * stride + j])
                        .as("%s,%s seed %s", i, j, SEED)
                        .isBetween(sum - .01, sum + .01);
            }
        }
        float[] threaded = new float[stride * stride];
        DenseProduct.gram(rows, rowCount, stride, 3, threaded);
        assertThat(threaded).isEqualTo(gram);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,5", "7,16", "9,40", "30,64"})
    void everyRowIsMultiplied(int rowCount, int dimension) {
        int stride = DenseProduct.stride(dimension);
        float[] rows = padded(rowCount + 2, dimension, stride);
        float[] factor = padded(stride, dimension, stride);
        float[] before = rows.clone();
        DenseProduct.multiplyInPlace(rows, 1, rowCount, stride, factor);
        for (int row = 0; row < rowCount + 2; row++) {
            boolean multiplied = row >= 1 && row <= rowCount;
            for (int j = 0; j < stride; j++) {
                double sum = 0;
                for (int k = 0; k < stride; k++) {
                    sum += (double) before[row * stride + k] * factor[k * stride + j];
                }
                double expected = multiplied ? sum : before[row * stride + j];
                assertThat((double) rows[row * stride + j])
                        .as("%s,%s seed %s", row, j, SEED)
                        .isBetween(expected - 1e-3, expected + 1e-3);
            }
        }
    }

    @Test
    void refusesRowsThatAreNotPadded() {
        int odd = DenseProduct.stride(1) + 1;
        assertThatThrownBy(() -> DenseProduct.gram(new float[odd], 1, odd, 1, new float[odd * odd]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stride must be a positive multiple of");
        int stride = DenseProduct.stride(1);
        assertThatThrownBy(
                        () -> DenseProduct.multiplyInPlace(new float[stride], 1, 1, stride, new float[stride * stride]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("needs " + 2 * stride + " row values");
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "3", "4", "11"})
    void projectionsOfTheNamedRowsAreAdded(int observedCount) {
        int stride = 3 * DenseProduct.stride(1);
        SplittableRandom random = new SplittableRandom(SEED);
        float[] rows = KernelsTest.randomFloats(random, 20 * stride);
        float[] work = KernelsTest.randomFloats(random, 2 * stride);
        int[] observed = random.ints(observedCount, 0, 20).toArray();
        double[] expected = new double[stride];
        for (int i = 0; i < stride; i++) {
            expected[i] = work[stride + i];
        }
        for (int row : observed) {
            double projection = 0;
            for (int i = 0; i < stride; i++) {
                projection += (double) rows[row * stride + i] * work[i];
            }
            for (int i = 0; i < stride; i++) {
                expected[i] += (1 - 2 * projection) * rows[row * stride + i];
            }
        }
        ObservedRows.addProjected(rows, stride, observed, 1, -2, work, 0, work, stride);
        for (int i = 0; i < stride; i++) {
            assertThat((double) work[stride + i]).as("seed %s", SEED).isBetween(expected[i] - .01, expected[i] + .01);
        }
    }

    @Test
    void aPairwiseStepMovesAllThreeFromTheValuesBefore() {
        int stride = 2 * DenseProduct.stride(1);
        SplittableRandom random = new SplittableRandom(SEED);
        float[] user = KernelsTest.randomFloats(random, stride);
        float[] items = KernelsTest.randomFloats(random, 2 * stride);
        float[] userBefore = user.clone();
        float[] itemsBefore = items.clone();
        PairwiseStep.ofAll(user, 0, items, 0, stride, stride, 0.5f, 0.1f);
        float[] userAlone = userBefore.clone();
        PairwiseStep.ofUser(userAlone, 0, itemsBefore, 0, stride, stride, 0.5f, 0.1f);
        assertThat(userAlone).isEqualTo(user);
        for (int i = 0; i < stride; i++) {
            double u = userBefore[i];
            double better = itemsBefore[i];
            double worse = itemsBefore[stride + i];
            assertThat((double) user[i])
                    .isBetween(.9 * u + .5 * (better - worse) - 1e-5, .9 * u + .5 * (better - worse) + 1e-5);
            assertThat((double) items[i]).isBetween(.9 * better + .5 * u - 1e-5, .9 * better + .5 * u + 1e-5);
            assertThat((double) items[stride + i]).isBetween(.9 * worse - .5 * u - 1e-5, .9 * worse - .5 * u + 1e-5);
        }
    }

    private static float[] padded(int rowCount, int dimension, int stride) {
        SplittableRandom random = new SplittableRandom(SEED + dimension);
        float[] rows = new float[rowCount * stride];
        for (int row = 0; row < rowCount; row++) {
            for (int i = 0; i < dimension; i++) {
                rows[row * stride + i] = (float) (random.nextDouble() - .5);
            }
        }
        return rows;
    }
}
