package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;
import java.util.Arrays;

/// Weighted ridge regression in closed form: M = argmin Σ_r w_r |M x_r − y_r|² + λ |M|², by the normal equations and a
/// Cholesky factorisation in double precision. Deterministic on machines of one vector width. Stateless.
final class Ridge {
    private Ridge() {}

    /// The map as a row-major `inputs × outputs` matrix, so that y ≈ Σ_p x_p · row p.
    /// O(rows · inputs · (inputs + outputs) + inputs³).
    ///
    /// @param x row-major, rows × inputs
    /// @param y row-major, rows × outputs
    /// @param weights one per row, at least 0; rows of weight 0 cost nothing
    /// @param lambda above 0
    /// @throws IllegalArgumentException when lambda is not above 0
    static float[] fit(float[] x, int inputs, float[] y, int outputs, float[] weights, double lambda) {
        if (!(lambda > 0)) {
            throw new IllegalArgumentException("lambda must be above 0, was " + lambda);
        }
        double[][] gram = gram(x, inputs, weights);
        for (int p = 0; p < inputs; p++) {
            gram[p][p] += lambda;
        }
        float[] right = new float[inputs * outputs];
        for (int row = 0; row < weights.length; row++) {
            for (int p = 0; p < inputs && weights[row] > 0; p++) {
                float value = weights[row] * x[row * inputs + p];
                if (value != 0) {
                    Kernels.axpy(value, y, row * outputs, right, p * outputs, outputs);
                }
            }
        }
        factorise(gram);
        return solve(gram, right, outputs);
    }

    /// The lower half of Σ w x xᵀ.
    static double[][] gram(float[] x, int inputs, float[] weights) {
        float[][] half = new float[inputs][inputs];
        double[][] gram = new double[inputs][inputs];
        int inPart = 0;
        for (int row = 0; row < weights.length; row++) {
            if (weights[row] > 0) {
                for (int p = 0; p < inputs; p++) {
                    float value = weights[row] * x[row * inputs + p];
                    if (value != 0) {
                        Kernels.axpy(value, x, row * inputs, half[p], 0, p + 1);
                    }
                }
                inPart++;
            }
            // Float sums lose digits when they grow long.
            if (inPart == 1_024 || row == weights.length - 1) {
                drain(half, gram);
                inPart = 0;
            }
        }
        return gram;
    }

    private static void drain(float[][] part, double[][] sum) {
        for (int p = 0; p < part.length; p++) {
            for (int q = 0; q <= p; q++) {
                sum[p][q] += part[p][q];
            }
            Arrays.fill(part[p], 0);
        }
    }

    /// Replaces the lower half of a positive definite matrix by its Cholesky factor.
    static void factorise(double[][] a) {
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i][k] * a[j][k];
                }
                if (i == j) {
                    if (!(sum > 0)) {
                        throw new ArithmeticException(
                                "pivot " + i + " is " + sum + ", must be positive: raise the regularisation");
                    }
                    a[i][i] = Math.sqrt(sum);
                } else {
                    a[i][j] = sum / a[j][j];
                }
            }
        }
    }

    /// Solves L Lᵀ M = right for all columns.
    static float[] solve(double[][] lower, float[] right, int columns) {
        int order = lower.length;
        float[] solution = new float[order * columns];
        double[] column = new double[order];
        for (int c = 0; c < columns; c++) {
            for (int i = 0; i < order; i++) {
                double sum = right[i * columns + c];
                for (int k = 0; k < i; k++) {
                    sum -= lower[i][k] * column[k];
                }
                column[i] = sum / lower[i][i];
            }
            for (int i = order - 1; i >= 0; i--) {
                double sum = column[i];
                for (int k = i + 1; k < order; k++) {
                    sum -= lower[k][i] * column[k];
                }
                column[i] = sum / lower[i][i];
                solution[i * columns + c] = (float) column[i];
            }
        }
        return solution;
    }
}
