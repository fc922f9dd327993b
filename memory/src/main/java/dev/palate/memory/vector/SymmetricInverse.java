package dev.palate.memory.vector;

import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// In-place inverse of a symmetric positive definite matrix by a blocked Gauss-Jordan sweep
/// (`goodnight1979sweep`). Only the upper triangle is read and updated, so the work is n³ multiply-adds,
/// nearly all of them in one matrix product per block; pivot blocks are inverted in double precision.
///
/// | paper | code |
/// |---|---|
/// | pivot block A_kk | `pivot` |
/// | panel A_k* | `panel`, block × n, zero at the pivot's columns |
/// | A_kk⁻¹ A_k* | `swept` |
public final class SymmetricInverse {
    /// The order of a matrix must be a multiple of it.
    public static final int BLOCK = 128;

    /// Rows of a pivot block of a large matrix: twice as deep products need half the passes over the matrix.
    private static final int DEEP_BLOCK = 256;

    /// From this order on a pass over the matrix no longer stays in the caches.
    private static final int DEEP_FROM = 2_048;

    private static final VectorSpecies<Float> SPECIES = Kernels.SPECIES;
    private static final int LANES = Kernels.LANES;
    private static final int MICRO_ROWS = 6;
    private static final int STRIP = 2 * LANES;

    /// Strips of the right factor that are packed at a time: 512 columns of 256 rows are half of a usual
    /// second cache level, and long enough for the hardware to fetch the target's rows ahead.
    private static final int GROUP = Math.max(1, 512 / STRIP);

    private final float[][] matrix;
    private final int order;
    private final int threads;
    private final int depth;
    private final float[][] panel;
    private final float[][] swept;

    private SymmetricInverse(float[][] matrix, int threads) {
        this.matrix = matrix;
        this.order = matrix.length;
        this.threads = threads;
        this.depth = depth(order);
        this.panel = new float[depth][order];
        this.swept = new float[depth][order];
    }

    private static int depth(int order) {
        return order < DEEP_FROM ? BLOCK : DEEP_BLOCK;
    }

    /// The smallest valid order that holds `n` rows. Fill the added diagonal with 1 and the rest with 0.
    public static int paddedOrder(int n) {
        return Math.ceilDiv(n, BLOCK) * BLOCK;
    }

    /// Bytes that [#invert] allocates beside the matrix itself.
    public static long workingBytes(int n) {
        int order = paddedOrder(n);
        return 2L * depth(order) * order * Float.BYTES;
    }

    /// Replaces `matrix` (n rows of n values) by its inverse. Deterministic for any number of threads.
    ///
    /// @param onBlock told the number of finished blocks, from 1 to n / BLOCK
    /// @throws IllegalArgumentException when the order is not a positive multiple of [#BLOCK] or a row is too
    ///     short
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
        for (int start = 0; start < matrix.length; start += sweep.depth) {
            int size = Math.min(sweep.depth, matrix.length - start);
            sweep.sweep(start, size);
            onBlock.accept((start + size) / BLOCK);
        }
        sweep.negateAndMirror();
    }

    private void sweep(int start, int size) {
        float[] pivot = invertPivot(start, size);
        gatherPanel(start, size);
        int blocks = order / BLOCK;
        ParallelRange.run(threads, blocks, block -> multiplyPivot(pivot, size, block * BLOCK));
        ParallelRange.run(threads, blocks, block -> {
            if (block * BLOCK < start || block * BLOCK >= start + size) {
                subtractProduct(block * BLOCK, size);
            }
        });
        for (int p = 0; p < size; p++) {
            float[] row = matrix[start + p];
            System.arraycopy(swept[p], start + size, row, start + size, order - start - size);
            for (int j = 0; j < size; j++) {
                row[start + j] = -pivot[p * size + j];
            }
        }
        for (int i = 0; i < start; i++) {
            float[] row = matrix[i];
            for (int p = 0; p < size; p++) {
                row[start + p] = swept[p][i];
            }
        }
    }

    private float[] invertPivot(int start, int size) {
        double[][] a = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                a[i][j] = matrix[start + Math.min(i, j)][start + Math.max(i, j)];
            }
        }
        for (int k = 0; k < size; k++) {
            if (!(a[k][k] > 0)) {
                throw new ArithmeticException("pivot " + (start + k) + " of the matrix is " + a[k][k]
                        + ", must be positive: raise the regularisation");
            }
            sweepScalar(a, k);
        }
        float[] pivot = new float[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                pivot[i * size + j] = (float) a[i][j];
            }
        }
        return pivot;
    }

    private static void sweepScalar(double[][] a, int k) {
        double[] row = a[k];
        double inverse = 1 / row[k];
        row[k] = 0;
        for (int j = 0; j < row.length; j++) {
            row[j] *= inverse;
        }
        for (int i = 0; i < a.length; i++) {
            double factor = a[i][k];
            if (i != k && factor != 0) {
                subtract(a[i], factor, row);
                a[i][k] = -factor * inverse;
            }
        }
        row[k] = inverse;
    }

    private static void subtract(double[] target, double factor, double[] row) {
        for (int j = 0; j < target.length; j++) {
            target[j] -= factor * row[j];
        }
    }

    private void gatherPanel(int start, int size) {
        for (int p = 0; p < size; p++) {
            System.arraycopy(matrix[start + p], start + size, panel[p], start + size, order - start - size);
            Arrays.fill(panel[p], start, start + size, 0);
        }
        for (int i = 0; i < start; i++) {
            float[] row = matrix[i];
            for (int p = 0; p < size; p++) {
                panel[p][i] = row[start + p];
            }
        }
    }

    /// swept[:, columns] = pivot · panel[:, columns] for one block of columns.
    private void multiplyPivot(float[] pivot, int size, int column) {
        for (int p = 0; p < size; p++) {
            Arrays.fill(swept[p], column, column + BLOCK, 0);
        }
        addProduct(swept, 0, size, pivot, size, panel, column, column + BLOCK);
    }

    /// matrix[i][j] -= Σ_p panel[p][i] · swept[p][j] for the block of rows at `rowStart` and every j from
    /// there on.
    private void subtractProduct(int rowStart, int size) {
        float[] left = new float[BLOCK * size];
        for (int p = 0; p < size; p++) {
            for (int i = 0; i < BLOCK; i++) {
                left[i * size + p] = -panel[p][rowStart + i];
            }
        }
        addProduct(matrix, rowStart, BLOCK, left, size, swept, rowStart, order);
    }

    /// target[i][j] += Σ_p left[i][p] · right[p][j] for `rowCount` rows from `rowStart` on and the columns
    /// [from, to). The right factor is packed strip by strip; along a row of the target the strips follow each
    /// other.
    private static void addProduct(
            float[][] target, int rowStart, int rowCount, float[] left, int depth, float[][] right, int from, int to) {
        float[] packed = new float[GROUP * depth * STRIP];
        for (int group = from; group < to; group += GROUP * STRIP) {
            int end = Math.min(to, group + GROUP * STRIP);
            for (int p = 0; p < depth; p++) {
                for (int j = group; j < end; j += STRIP) {
                    System.arraycopy(right[p], j, packed, ((j - group) / STRIP * depth + p) * STRIP, STRIP);
                }
            }
            int i = 0;
            for (; i + MICRO_ROWS <= rowCount; i += MICRO_ROWS) {
                for (int j = group; j < end; j += STRIP) {
                    multiplySixRows(target, rowStart + i, j, left, i * depth, depth, packed, (j - group) * depth);
                }
            }
            for (; i < rowCount; i++) {
                for (int j = group; j < end; j += STRIP) {
                    multiplyRow(target[rowStart + i], j, left, i * depth, depth, packed, (j - group) * depth);
                }
            }
        }
    }

    private static void multiplyRow(float[] row, int j, float[] left, int offset, int depth, float[] right, int strip) {
        FloatVector low = FloatVector.fromArray(SPECIES, row, j);
        FloatVector high = FloatVector.fromArray(SPECIES, row, j + LANES);
        for (int p = 0; p < depth; p++) {
            FloatVector a = FloatVector.broadcast(SPECIES, left[offset + p]);
            low = a.fma(FloatVector.fromArray(SPECIES, right, strip + p * STRIP), low);
            high = a.fma(FloatVector.fromArray(SPECIES, right, strip + p * STRIP + LANES), high);
        }
        low.intoArray(row, j);
        high.intoArray(row, j + LANES);
    }

    /// Six rows by two vectors: twelve accumulators, the most that stay in registers beside their operands.
    private static void multiplySixRows(
            float[][] matrix, int i, int j, float[] left, int offset, int depth, float[] right, int strip) {
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
        for (int p = 0; p < depth; p++) {
            int at = offset + p;
            FloatVector x = FloatVector.fromArray(SPECIES, right, strip + p * STRIP);
            FloatVector y = FloatVector.fromArray(SPECIES, right, strip + p * STRIP + LANES);
            FloatVector f = FloatVector.broadcast(SPECIES, left[at]);
            a0 = f.fma(x, a0);
            b0 = f.fma(y, b0);
            f = FloatVector.broadcast(SPECIES, left[at + depth]);
            a1 = f.fma(x, a1);
            b1 = f.fma(y, b1);
            f = FloatVector.broadcast(SPECIES, left[at + 2 * depth]);
            a2 = f.fma(x, a2);
            b2 = f.fma(y, b2);
            f = FloatVector.broadcast(SPECIES, left[at + 3 * depth]);
            a3 = f.fma(x, a3);
            b3 = f.fma(y, b3);
            f = FloatVector.broadcast(SPECIES, left[at + 4 * depth]);
            a4 = f.fma(x, a4);
            b4 = f.fma(y, b4);
            f = FloatVector.broadcast(SPECIES, left[at + 5 * depth]);
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
