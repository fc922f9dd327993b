package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {
    private static final long SEED = Long.getLong("test.seed", 20260105L);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 13, 16, 17, 31, 32, 61, 64, 97, 127, 383, 384, 1021})
    void dotEqualsItsScalarTwinInterpretedAndCompiled(int length) {
        SplittableRandom random = new SplittableRandom(SEED + length);
        float[] a = randomFloats(random, length + 5);
        float[] b = randomFloats(random, length + 3);
        float expected = ScalarKernels.dot(a, 5, b, 3, length, Kernels.LANES);
        for (int run = 0; run < 12_000; run++) {
            assertThat(Kernels.dot(a, 5, b, 3, length) == expected)
                    .as("run %s, length %s, seed %s", run, length, SEED)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 13, 16, 31, 61, 97, 1021})
    void axpyEqualsItsScalarTwin(int length) {
        SplittableRandom random = new SplittableRandom(SEED + length);
        float[] x = randomFloats(random, length + 2);
        float[] y = randomFloats(random, length + 7);
        float[] expected = y.clone();
        ScalarKernels.axpy(-0.37f, x, 2, expected, 7, length);
        Kernels.axpy(-0.37f, x, 2, y, 7, length);
        assertThat(y).as("seed %s", SEED).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 13, 16, 31, 61, 97, 1021})
    void adagradEqualsAPlainLoop(int length) {
        SplittableRandom random = new SplittableRandom(SEED + length);
        float[] gradient = randomFloats(random, length + 3);
        float[] squares = new float[length + 3];
        float[] expectedSquares = new float[length + 3];
        float[] delta = new float[length];
        float[] expected = new float[length];
        for (int step = 0; step < 3; step++) {
            for (int i = 0; i < length; i++) {
                float g = gradient[3 + i];
                expectedSquares[3 + i] += g * g;
                expected[i] = -0.05f * g / ((float) Math.sqrt(expectedSquares[3 + i]) + 1e-8f);
            }
            assertThat(Kernels.adagrad(0.05f, 1e-8f, gradient, squares, 3, delta, length))
                    .isEqualTo(length > 0);
            assertThat(delta).as("seed %s", SEED).isEqualTo(expected);
            assertThat(squares).as("seed %s", SEED).isEqualTo(expectedSquares);
        }
        assertThat(Kernels.adagrad(0.05f, 1e-8f, new float[length + 3], squares, 3, delta, length))
                .isFalse();
        assertThat(squares).isEqualTo(expectedSquares);
        for (float value : delta) {
            assertThat(value).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 31, 64})
    void pairwiseGradientsEqualAPlainLoop(int length) {
        SplittableRandom random = new SplittableRandom(SEED + length);
        float[] user = randomFloats(random, length);
        float[] better = randomFloats(random, length);
        float[] worse = randomFloats(random, length);
        float[][] expected = new float[3][length];
        for (int k = 0; k < length; k++) {
            expected[0][k] = 0.3f * (worse[k] - better[k]) + 0.01f * user[k];
            expected[1][k] = 0.01f * better[k] - 0.3f * user[k];
            expected[2][k] = 0.01f * worse[k] + 0.3f * user[k];
        }
        PairwiseStep.gradients(user, better, worse, 0.3f, 0.01f);
        assertThat(new float[][] {user, better, worse}).as("seed %s", SEED).isDeepEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16, 31, 37, 64})
    void gramEqualsItsScalarTwin(int dimension) {
        for (int rowCount : new int[] {0, 1, 3, 4, 5, 41}) {
            float[] rows = randomFloats(new SplittableRandom(SEED + rowCount), rowCount * dimension);
            float[] actual = randomFloats(new SplittableRandom(1), dimension * dimension);
            Kernels.gram(rows, rowCount, dimension, 0.5f, actual);
            assertThat(actual)
                    .as("%s rows of dimension %s, seed %s", rowCount, dimension, SEED)
                    .isEqualTo(ScalarKernels.gram(rows, rowCount, dimension, 0.5f));
        }
    }

    @Test
    void gramRefusesATargetOfTheWrongSize() {
        assertThatThrownBy(() -> Kernels.gram(new float[8], 2, 4, 1, new float[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gram of 2 rows of dimension 4 needs 16 target values and 8 row values, had 15 and 8");
    }

    static float[] randomFloats(SplittableRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
