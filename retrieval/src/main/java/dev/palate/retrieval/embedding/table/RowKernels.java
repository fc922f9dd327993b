package dev.palate.retrieval.embedding.table;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// What lookups do with rows, in one pass over the target each. Sums are fused and in the order of the
/// arguments, whatever the width of the vectors. Stateless; nothing is allocated.
final class RowKernels {
    private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_PREFERRED;
    /// For stretches of 8 values and less, also where vectors are wider.
    private static final VectorSpecies<Float> EIGHT = WIDE.length() > 8 ? FloatVector.SPECIES_256 : WIDE;

    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

    private RowKernels() {}

    /// Writes `factor` times a stretch.
    static void scaled(float factor, float[] x, int from, float[] target, int at, int length) {
        int i = 0;
        for (; i + WIDE.length() <= length; i += WIDE.length()) {
            FloatVector.fromArray(WIDE, x, from + i).mul(factor).intoArray(target, at + i);
        }
        for (; i + EIGHT.length() <= length; i += EIGHT.length()) {
            FloatVector.fromArray(EIGHT, x, from + i).mul(factor).intoArray(target, at + i);
        }
        for (; i < length; i++) {
            target[at + i] = factor * x[from + i];
        }
    }

    /// Copies a short stretch, for which the call of a general copy would cost more than the copying.
    static void copyShort(float[] x, int from, float[] target, int at, int length) {
        int i = 0;
        for (; i + EIGHT.length() <= length; i += EIGHT.length()) {
            FloatVector.fromArray(EIGHT, x, from + i).intoArray(target, at + i);
        }
        for (; i < length; i++) {
            target[at + i] = x[from + i];
        }
    }

    /// Writes the product of two stretches of one array, value by value.
    static void product(float[] x, int first, int second, float[] target, int at, int length) {
        int i = 0;
        for (; i + WIDE.length() <= length; i += WIDE.length()) {
            FloatVector.fromArray(WIDE, x, first + i)
                    .mul(FloatVector.fromArray(WIDE, x, second + i))
                    .intoArray(target, at + i);
        }
        for (; i < length; i++) {
            target[at + i] = x[first + i] * x[second + i];
        }
    }

    /// Multiplies a stretch by another, value by value.
    static void multiply(float[] x, int from, float[] target, int at, int length) {
        int i = 0;
        for (; i + WIDE.length() <= length; i += WIDE.length()) {
            FloatVector.fromArray(WIDE, target, at + i)
                    .mul(FloatVector.fromArray(WIDE, x, from + i))
                    .intoArray(target, at + i);
        }
        for (; i < length; i++) {
            target[at + i] *= x[from + i];
        }
    }

    /// Writes `factor` times the sum of four stretches of one array, added up from the first on.
    static void scaledSum(float factor, float[] x, int a, int b, int c, int d, float[] target, int at, int length) {
        int i = 0;
        for (; i + WIDE.length() <= length; i += WIDE.length()) {
            FloatVector.fromArray(WIDE, x, a + i)
                    .add(FloatVector.fromArray(WIDE, x, b + i))
                    .add(FloatVector.fromArray(WIDE, x, c + i))
                    .add(FloatVector.fromArray(WIDE, x, d + i))
                    .mul(factor)
                    .intoArray(target, at + i);
        }
        for (; i < length; i++) {
            target[at + i] = (x[a + i] + x[b + i] + x[c + i] + x[d + i]) * factor;
        }
    }

    /// Writes the product of a row-major `rows` × `inner` matrix and a row-major `inner` × `width` one.
    static void matrixProduct(
            float[] x, int from, int rows, int inner, float[] y, int yFrom, int width, float[] target, int at) {
        for (int row = 0; row < rows; row++) {
            int factors = from + row * inner;
            int to = at + row * width;
            int i = 0;
            for (; i + WIDE.length() <= width; i += WIDE.length()) {
                FloatVector sum = FloatVector.zero(WIDE);
                for (int r = 0; r < inner; r++) {
                    sum = FloatVector.broadcast(WIDE, x[factors + r])
                            .fma(FloatVector.fromArray(WIDE, y, yFrom + r * width + i), sum);
                }
                sum.intoArray(target, to + i);
            }
            for (; i + FOUR.length() <= width; i += FOUR.length()) {
                FloatVector sum = FloatVector.zero(FOUR);
                for (int r = 0; r < inner; r++) {
                    sum = FloatVector.broadcast(FOUR, x[factors + r])
                            .fma(FloatVector.fromArray(FOUR, y, yFrom + r * width + i), sum);
                }
                sum.intoArray(target, to + i);
            }
            for (; i < width; i++) {
                float sum = 0;
                for (int r = 0; r < inner; r++) {
                    sum = Math.fma(x[factors + r], y[yFrom + r * width + i], sum);
                }
                target[to + i] = sum;
            }
        }
    }
}
