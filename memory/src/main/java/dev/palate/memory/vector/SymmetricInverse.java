package dev.palate.memory.vector;

import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// In-place inverse of a symmetric positive definite matrix by a blocked Gauss-Jordan sweep
/// (`goodnight1979sweep`). Only the upper triangle is read and updated, so the work is n³ multiply-adds, nearly all
/// of them in one matrix product per block; pivot blocks are inverted in double precision.
///
/// | paper | code |
/// |---|---|
/// | pivot block A_kk | `pivot` |
/// | panel A_k* | `panel`, row-major BLOCK × n, zero at the pivot's columns |
/// | A_kk⁻¹ A_k* | `swept` |
public final class SymmetricInverse {
    /// Rows of a block; the order of a matrix must be a multiple of it.
    public static final int BLOCK = 128;

    private static final VectorSpecies<Float> SPECIES = Kernels.SPECIES;
    private static final int LANES = Kernels.LANES;
    private static final int MICRO_ROWS = 6;

    private final float[][] matrix;
    private final int order;
    private final int threads;
    private final float[] panel;
    private final float[] swept;
    private final float[] pivot = new float[BLOCK * BLOCK];

    private SymmetricInverse(float[][] matrix, int threads) {
        this.matrix = matrix;
        this.order = matrix.length;
        this.threads = threads;
        this.panel = new float[BLOCK * order];
        this.swept = new float[BLOCK * order];
    }

    /// The smallest valid order that holds `n` rows. Fill the added diagonal with 1 and the rest with 0.
    public static int paddedOrder(int n) {
        return Math.ceilDiv(n, BLOCK) * BLOCK;
    }

    /// Bytes that [#invert] allocates beside the matrix itself.
    public static long workingBytes(int n) {
        return 2L * BLOCK * paddedOrder(n) * Float.BYTES;
    }

    /// Replaces `matrix` (n rows of n values) by its inverse. Deterministic for any number of threads.
    ///
    /// @param onBlock told the number of finished blocks, from 1 to n / BLOCK
    /// @throws IllegalArgumentException when the order is not a positive multiple of [#BLOCK] or a row is too short
    /// @throws ArithmeticException when a pivot is not positive: the matrix is not positive definite
    public static void invert(float[][] matrix, int threads, IntConsumer onBlock) {
        if (matrix.length == 0 || matrix.length % BLOCK != 0) {
            throw new IllegalArgumentException(
                    "matrix order must be a positive multiple of " + BLOCK + ", was " + matrix.length);
        }
        for (float[] row : matrix) {
            if (row.length != matrix.length) {
                throw new IllegalArgumentException(
                        "every row must have " + matrix.length + " values, one had " + row.length);
            }
        }
        SymmetricInverse sweep = new SymmetricInverse(matrix, threads);
        for (int block = 0; block < matrix.length / BLOCK; block++) {
            sweep.sweep(block * BLOCK);
            onBlock.accept(block + 1);
        }
        sweep.negateAndMirror();
    }

    private void sweep(int start) {
        invertPivot(start);
        gatherPanel(start);
        int blocks = order / BLOCK;
        ParallelRange.run(threads, blocks, block -> multiplyPivot(block * BLOCK));
        ParallelRange.run(threads, blocks, block -> {
            if (block * BLOCK != start) {
                subtractProduct(block * BLOCK);
            }
        });
        for (int p = 0; p < BLOCK; p++) {
            float[] row = matrix[start + p];
            System.arraycopy(swept, p * order + start + BLOCK, row, start + BLOCK, order - start - BLOCK);
            for (int j = 0; j < BLOCK; j++) {
                row[start + j] = -pivot[p * BLOCK + j];
            }
        }
        for (int i = 0; i < start; i++) {
            for (int p = 0; p < BLOCK; p++) {
                matrix[i][start + p] = swept[p * order + i];
            }
        }
    }

    private void invertPivot(int start) {
        double[][] a = new double[BLOCK][BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            for (int j = 0; j < BLOCK; j++) {
                a[i][j] = matrix[start + Math.min(i, j)][start + Math.max(i, j)];
            }
        }
        for (int k = 0; k < BLOCK; k++) {
            if (!(a[k][k] > 0)) {
                throw new ArithmeticException("pivot " + (start + k) + " of the matrix is " + a[k][k]
                        + ", must be positive: raise the regularisation");
            }
            sweepScalar(a, k);
        }
        for (int i = 0; i < BLOCK; i++) {
            for (int j = 0; j < BLOCK; j++) {
                pivot[i * BLOCK + j] = (float) a[i][j];
            }
        }
    }

    private static void sweepScalar(double[][] a, int k) {
        double inverse = 1 / a[k][k];
        for (int j = 0; j < BLOCK; j++) {
            a[k][j] *= j == k ? 1 : inverse;
        }
        for (int i = 0; i < BLOCK; i++) {
            double factor = a[i][k];
            if (i == k || factor == 0) {
                continue;
            }
            for (int j = 0; j < BLOCK; j++) {
                a[i][j] -= j == k ? 0 : factor * a[k][j];
            }
            a[i][k] = -factor * inverse;
        }
        a[k][k] = inverse;
    }

    private void gatherPanel(int start) {
        for (int p = 0; p < BLOCK; p++) {
            System.arraycopy(matrix[start + p], start + BLOCK, panel, p * order + start + BLOCK, order - start - BLOCK);
            Arrays.fill(panel, p * order + start, p * order + start + BLOCK, 0);
        }
        for (int i = 0; i < start; i++) {
            float[] row = matrix[i];
            for (int p = 0; p < BLOCK; p++) {
                panel[p * order + i] = row[start + p];
            }
        }
    }

    /// swept[:, columns] = pivot · panel[:, columns] for one block of columns.
    private void multiplyPivot(int column) {
        for (int i = 0; i < BLOCK; i++) {
            Arrays.fill(swept, i * order + column, i * order + column + BLOCK, 0);
            for (int p = 0; p < BLOCK; p++) {
                Kernels.axpy(pivot[i * BLOCK + p], panel, p * order + column, swept, i * order + column, BLOCK);
            }
        }
    }

    /// matrix[i][j] -= Σ_p panel[p][i] · swept[p][j] for the block of rows at `rowStart` and every j from there on.
    private void subtractProduct(int rowStart) {
        float[] left = new float[BLOCK * BLOCK];
        for (int p = 0; p < BLOCK; p++) {
            for (int i = 0; i < BLOCK; i++) {
                left[i * BLOCK + p] = -panel[p * order + rowStart + i];
            }
        }
        float[] right = new float[BLOCK * 2 * LANES];
        for (int j = rowStart; j < order; j += 2 * LANES) {
            for (int p = 0; p < BLOCK; p++) {
                System.arraycopy(swept, p * order + j, right, p * 2 * LANES, 2 * LANES);
            }
            int i = 0;
            for (; i + MICRO_ROWS <= BLOCK; i += MICRO_ROWS) {
                multiplySixRows(matrix, rowStart + i, j, left, i * BLOCK, right);
            }
            for (; i < BLOCK; i++) {
                multiplyRow(matrix[rowStart + i], j, left, i * BLOCK, right);
            }
        }
    }

    private static void multiplyRow(float[] row, int j, float[] left, int offset, float[] right) {
        FloatVector low = FloatVector.fromArray(SPECIES, row, j);
        FloatVector high = FloatVector.fromArray(SPECIES, row, j + LANES);
        for (int p = 0; p < BLOCK; p++) {
            FloatVector a = FloatVector.broadcast(SPECIES, left[offset + p]);
            low = a.fma(FloatVector.fromArray(SPECIES, right, p * 2 * LANES), low);
            high = a.fma(FloatVector.fromArray(SPECIES, right, p * 2 * LANES + LANES), high);
        }
        low.intoArray(row, j);
        high.intoArray(row, j + LANES);
    }

    /// Six rows by two vectors: twelve accumulators, the most that stay in registers beside their operands.
    private static void multiplySixRows(float[][] matrix, int i, int j, float[] left, int offset, float[] right) {
        int high = j + LANES;
        FloatVector a0 = FloatVector.fromArray(SPECIES, matrix[i], j);
        FloatVector a1 = FloatVector.fromArray(SPECIES, matrix[i + 1], j);
        FloatVector a2 = FloatVector.fromArray(SPECIES, matrix[i + 2], j);
        FloatVector a3 = FloatVector.fromArray(SPECIES, matrix[i + 3], j);
        FloatVector a4 = FloatVector.fromArray(SPECIES, matrix[i + 4], j);
        FloatVector a5 = FloatVector.fromArray(SPECIES, matrix[i + 5], j);
        FloatVector b0 = FloatVector.fromArray(SPECIES, matrix[i], high);
        FloatVector b1 = FloatVector.fromArray(SPECIES, matrix[i + 1], high);
        FloatVector b2 = FloatVector.fromArray(SPECIES, matrix[i + 2], high);
        FloatVector b3 = FloatVector.fromArray(SPECIES, matrix[i + 3], high);
        FloatVector b4 = FloatVector.fromArray(SPECIES, matrix[i + 4], high);
        FloatVector b5 = FloatVector.fromArray(SPECIES, matrix[i + 5], high);
        for (int p = 0; p < BLOCK; p++) {
            int at = offset + p;
            FloatVector x = FloatVector.fromArray(SPECIES, right, p * 2 * LANES);
            FloatVector y = FloatVector.fromArray(SPECIES, right, p * 2 * LANES + LANES);
            FloatVector f = FloatVector.broadcast(SPECIES, left[at]);
            a0 = f.fma(x, a0);
            b0 = f.fma(y, b0);
            f = FloatVector.broadcast(SPECIES, left[at + BLOCK]);
            a1 = f.fma(x, a1);
            b1 = f.fma(y, b1);
            f = FloatVector.broadcast(SPECIES, left[at + 2 * BLOCK]);
            a2 = f.fma(x, a2);
            b2 = f.fma(y, b2);
            f = FloatVector.broadcast(SPECIES, left[at + 3 * BLOCK]);
            a3 = f.fma(x, a3);
            b3 = f.fma(y, b3);
            f = FloatVector.broadcast(SPECIES, left[at + 4 * BLOCK]);
            a4 = f.fma(x, a4);
            b4 = f.fma(y, b4);
            f = FloatVector.broadcast(SPECIES, left[at + 5 * BLOCK]);
            a5 = f.fma(x, a5);
            b5 = f.fma(y, b5);
        }
        store(matrix[i], j, a0, b0);
        store(matrix[i + 1], j, a1, b1);
        store(matrix[i + 2], j, a2, b2);
        store(matrix[i + 3], j, a3, b3);
        store(matrix[i + 4], j, a4, b4);
        store(matrix[i + 5], j, a5, b5);
    }

    private static void store(float[] row, int j, FloatVector low, FloatVector high) {
        low.intoArray(row, j);
        high.intoArray(row, j + LANES);
    }

    /// The sweep leaves the negated inverse in the upper triangle.
    private void negateAndMirror() {
        int tile = 64;
        for (int i0 = 0; i0 < order; i0 += tile) {
            for (int j0 = i0; j0 < order; j0 += tile) {
                for (int i = i0; i < i0 + tile; i++) {
                    for (int j = Math.max(i, j0); j < j0 + tile; j++) {
                        float value = -matrix[i][j];
                        matrix[i][j] = value;
                        matrix[j][i] = value;
                    }
                }
            }
        }
    }
}
