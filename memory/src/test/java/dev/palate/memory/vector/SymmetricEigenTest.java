package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {
    private static final long SEED = Long.getLong("test.seed", 13L);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9, 16, 37, 64})
    void vectorsAreOrthonormalAndValuesTheirs(int n) {
        double[] matrix = gram(n, n + 5);
        SymmetricEigen eigen = SymmetricEigen.of(matrix, n);
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                double product = 0;
                for (int i = 0; i < n; i++) {
                    product += eigen.vectors()[a * n + i] * eigen.vectors()[b * n + i];
                }
                assertThat(product)
                        .as("%s·%s seed %s", a, b, SEED)
                        .isBetween((a == b ? 1 : 0) - 1e-11, (a == b ? 1 : 0) + 1e-11);
            }
            for (int i = 0; i < n; i++) {
                double image = 0;
                for (int j = 0; j < n; j++) {
                    image += matrix[i * n + j] * eigen.vectors()[a * n + j];
                }
                double expected = eigen.values()[a] * eigen.vectors()[a * n + i];
                assertThat(image).as("A v%s, seed %s", a, SEED).isBetween(expected - 1e-6, expected + 1e-6);
            }
        }
    }

    @Test
    void aMatrixWithoutFullRankHasZeroValues() {
        int n = 20;
        SymmetricEigen eigen = SymmetricEigen.of(gram(n, 4), n);
        assertThat(Arrays.stream(eigen.values()).filter(value -> value > 1e-6).count())
                .isEqualTo(4);
        SymmetricEigen zero = SymmetricEigen.of(new double[9], 3);
        assertThat(zero.values()).containsOnly(0);
        assertThat(zero.vectors()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1);
    }

    @Test
    void refusesWhatIsNoSuchMatrix() {
        assertThatThrownBy(() -> SymmetricEigen.of(new double[3], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("needs n at least 1 and n² values, were 2 and 3");
        assertThatThrownBy(() -> SymmetricEigen.of(new double[] {Double.NaN}, 1))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("the trace of the matrix is NaN: its values must be finite");
    }

    private static double[] gram(int n, int rank) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] rows = random.doubles((long) rank * n, -1, 1).toArray();
        double[] gram = new double[n * n];
        for (int r = 0; r < rank; r++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    gram[i * n + j] += rows[r * n + i] * rows[r * n + j];
                }
            }
        }
        return gram;
    }
}
