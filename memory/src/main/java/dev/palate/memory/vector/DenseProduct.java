package dev.palate.memory.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Products of tall row-major matrices whose rows are padded to whole vectors. Static, safe to run
/// concurrently on different targets; tiles of four rows by two vectors stay in registers, and every sum is
/// added in an order that depends on shape and lane count only.
public final class DenseProduct {
    private static final VectorSpecies<Float> SPECIES = Kernels.SPECIES;
    private static final int LANES = Kernels.LANES;
    private static final int TILE_ROWS = 4;

    /// Rows of one partial sum: 128 rows of 64 floats fit the first cache level.
    private static final int STRIP = 128;

    /// Rows of one part of a parallel Gram matrix.
    private static final int PART = 4096;

    private DenseProduct() {}

    /// The smallest multiple of the lane count that holds `dimension` values.
    public static int stride(int dimension) {
        return Math.ceilDiv(dimension, LANES) * LANES;
    }

    /// Writes AᵀA to `target`, A being the first `rowCount` rows of `rows`, each `stride` long; `target` is
    /// stride × stride. O(rowCount · stride²). The same bytes for any number of threads.
    ///
    /// @throws IllegalArgumentException when the stride is not a multiple of the lane count or an array is too
    ///     short
    public static void gram(float[] rows, int rowCount, int stride, int threads, float[] target) {
        requireShape(rows, rowCount, stride, target);
        int parts = Math.max(1, Math.ceilDiv(rowCount, PART));
        float[][] partial = new float[parts][];
        ParallelRange.run(threads, parts, part -> {
            float[] sum = new float[stride * stride];
            int end = Math.min(rowCount, (part + 1) * PART);
            for (int start = part * PART; start < end; start += STRIP) {
                addGram(rows, start, Math.min(end, start + STRIP), stride, sum);
            }
            partial[part] = sum;
        });
        Arrays.fill(target, 0, stride * stride, 0);
        for (float[] part : partial) {
            Kernels.axpy(1, part, 0, target, 0, stride * stride);
        }
        for (int i = 0; i < stride; i++) {
            for (int j = 0; j < i; j++) {
                target[i * stride + j] = target[j * stride + i];
            }
        }
    }

    /// Replaces each of `rowCount` rows from `firstRow` on by its product with `factor` (stride × stride).
    /// O(rowCount · stride²).
    ///
    /// @throws IllegalArgumentException when the stride is not a multiple of the lane count or an array is too
    ///     short
    public static void multiplyInPlace(float[] rows, int firstRow, int rowCount, int stride, float[] factor) {
        requireShape(rows, firstRow + rowCount, stride, factor);
        float[] product = new float[TILE_ROWS * stride];
        int row = firstRow;
        int end = firstRow + rowCount;
        for (; row + TILE_ROWS <= end; row += TILE_ROWS) {
            int j = 0;
            for (; j + 2 * LANES <= stride; j += 2 * LANES) {
                multiplyTile(rows, row * stride, stride, factor, j, product);
            }
            if (j < stride) {
                multiplyNarrow(rows, row * stride, TILE_ROWS, stride, factor, j, product);
            }
            System.arraycopy(product, 0, rows, row * stride, TILE_ROWS * stride);
        }
        if (row < end) {
            for (int j = 0; j < stride; j += LANES) {
                multiplyNarrow(rows, row * stride, end - row, stride, factor, j, product);
            }
            System.arraycopy(product, 0, rows, row * stride, (end - row) * stride);
        }
    }

    private static void requireShape(float[] rows, long rowCount, int stride, float[] square) {
        if (stride < 1 || stride % LANES != 0) {
            throw new IllegalArgumentException(
                    "stride must be a positive multiple of " + LANES + " (see stride()), was " + stride);
        }
        if (rows.length < rowCount * stride || square.length < stride * stride) {
            throw new IllegalArgumentException("needs " + rowCount * stride + " row values and " + stride * stride
                    + " of the square matrix, had " + rows.length + " and " + square.length);
        }
    }

    /// Adds the upper tiles of the Gram matrix of the rows [start, end).
    private static void addGram(float[] rows, int start, int end, int stride, float[] sum) {
        for (int i = 0; i < stride; i += TILE_ROWS) {
            int j = i / LANES * LANES;
            for (; j + 2 * LANES <= stride; j += 2 * LANES) {
                addGramTile(rows, start, end, stride, i, j, sum);
            }
            if (j < stride) {
                addGramNarrow(rows, start, end, stride, i, j, sum);
            }
        }
    }

    private static void addGramTile(float[] rows, int start, int end, int stride, int i, int j, float[] sum) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        for (int at = start * stride; at < end * stride; at += stride) {
            FloatVector x = FloatVector.fromArray(SPECIES, rows, at + j);
            FloatVector y = FloatVector.fromArray(SPECIES, rows, at + j + LANES);
            FloatVector f = FloatVector.broadcast(SPECIES, rows[at + i]);
            a0 = f.fma(x, a0);
            b0 = f.fma(y, b0);
            f = FloatVector.broadcast(SPECIES, rows[at + i + 1]);
            a1 = f.fma(x, a1);
            b1 = f.fma(y, b1);
            f = FloatVector.broadcast(SPECIES, rows[at + i + 2]);
            a2 = f.fma(x, a2);
            b2 = f.fma(y, b2);
            f = FloatVector.broadcast(SPECIES, rows[at + i + 3]);
            a3 = f.fma(x, a3);
            b3 = f.fma(y, b3);
        }
        add(sum, i * stride + j, a0, b0);
        add(sum, (i + 1) * stride + j, a1, b1);
        add(sum, (i + 2) * stride + j, a2, b2);
        add(sum, (i + 3) * stride + j, a3, b3);
    }

    private static void add(float[] sum, int at, FloatVector low, FloatVector high) {
        low.add(FloatVector.fromArray(SPECIES, sum, at)).intoArray(sum, at);
        high.add(FloatVector.fromArray(SPECIES, sum, at + LANES)).intoArray(sum, at + LANES);
    }

    private static void addGramNarrow(float[] rows, int start, int end, int stride, int i, int j, float[] sum) {
        for (int row = i; row < i + TILE_ROWS; row++) {
            FloatVector product = FloatVector.zero(SPECIES);
            for (int at = start * stride; at < end * stride; at += stride) {
                product = FloatVector.broadcast(SPECIES, rows[at + row])
                        .fma(FloatVector.fromArray(SPECIES, rows, at + j), product);
            }
            int to = row * stride + j;
            product.add(FloatVector.fromArray(SPECIES, sum, to)).intoArray(sum, to);
        }
    }

    private static void multiplyTile(float[] rows, int at, int stride, float[] factor, int j, float[] product) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        for (int k = 0; k < stride; k++) {
            FloatVector x = FloatVector.fromArray(SPECIES, factor, k * stride + j);
            FloatVector y = FloatVector.fromArray(SPECIES, factor, k * stride + j + LANES);
            FloatVector f = FloatVector.broadcast(SPECIES, rows[at + k]);
            a0 = f.fma(x, a0);
            b0 = f.fma(y, b0);
            f = FloatVector.broadcast(SPECIES, rows[at + stride + k]);
            a1 = f.fma(x, a1);
            b1 = f.fma(y, b1);
            f = FloatVector.broadcast(SPECIES, rows[at + 2 * stride + k]);
            a2 = f.fma(x, a2);
            b2 = f.fma(y, b2);
            f = FloatVector.broadcast(SPECIES, rows[at + 3 * stride + k]);
            a3 = f.fma(x, a3);
            b3 = f.fma(y, b3);
        }
        store(product, j, a0, b0);
        store(product, stride + j, a1, b1);
        store(product, 2 * stride + j, a2, b2);
        store(product, 3 * stride + j, a3, b3);
    }

    private static void store(float[] target, int at, FloatVector low, FloatVector high) {
        low.intoArray(target, at);
        high.intoArray(target, at + LANES);
    }

    private static void multiplyNarrow(
            float[] rows, int at, int rowCount, int stride, float[] factor, int j, float[] product) {
        for (int row = 0; row < rowCount; row++) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int k = 0; k < stride; k++) {
                sum = FloatVector.broadcast(SPECIES, rows[at + row * stride + k])
                        .fma(FloatVector.fromArray(SPECIES, factor, k * stride + j), sum);
            }
            sum.intoArray(product, row * stride + j);
        }
    }
}
