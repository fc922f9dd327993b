package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SymmetricInverseTest {
    private static final long SEED = Long.getLong("test.seed", 11L);

    @Test
    void productWithTheInverseIsTheIdentity() {
        int n = 300;
        float[][] matrix = positiveDefinite(n);
        float[][] inverse = copy(matrix);
        SymmetricInverse.invert(inverse, 2, done -> {});
        double worst = 0;
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix.length; j++) {
                double sum = i == j ? -1 : 0;
                for (int k = 0; k < matrix.length; k++) {
                    sum += (double) matrix[i][k] * inverse[k][j];
                }
                worst = Math.max(worst, Math.abs(sum));
            }
        }
        assertThat(worst).as("seed %s", SEED).isLessThan(1e-4);
    }

    @Test
    void threadsDoNotChangeABit() {
        float[][] one = positiveDefinite(500);
        float[][] three = copy(one);
        SymmetricInverse.invert(one, 1, done -> {});
        SymmetricInverse.invert(three, 3, done -> {});
        assertThat(three).isDeepEqualTo(one);
    }

    @Test
    void saysWhichPivotIsNotPositive() {
        float[][] matrix = new float[128][128];
        for (int i = 0; i < 128; i++) {
            matrix[i][i] = i == 5 ? 0 : 1;
        }
        assertThatThrownBy(() -> SymmetricInverse.invert(matrix, 1, done -> {}))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("pivot 5 of the matrix is 0.0, must be positive: raise the regularisation");
        assertThatThrownBy(() -> SymmetricInverse.invert(new float[3][3], 1, done -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix order must be a positive multiple of 128, was 3");
    }

    private static float[][] positiveDefinite(int n) {
        SplittableRandom random = new SplittableRandom(SEED);
        int padded = SymmetricInverse.paddedOrder(n);
        float[][] factors = new float[n][];
        for (int i = 0; i < n; i++) {
            factors[i] = KernelsTest.randomFloats(random, n + 31);
        }
        float[][] matrix = new float[padded][padded];
        for (int i = 0; i < padded; i++) {
            matrix[i][i] = 1;
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                matrix[i][j] = Kernels.dot(factors[i], 0, factors[j], 0, n + 31) + (i == j ? 50 : 0);
            }
        }
        return matrix;
    }

    private static float[][] copy(float[][] matrix) {
        float[][] copy = new float[matrix.length][];
        for (int i = 0; i < matrix.length; i++) {
            copy[i] = matrix[i].clone();
        }
        return copy;
    }
}
