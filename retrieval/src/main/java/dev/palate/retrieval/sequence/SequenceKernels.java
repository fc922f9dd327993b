package dev.palate.retrieval.sequence;

import dev.palate.memory.vector.Kernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The dense kernels of the forward pass. All lengths are multiples of 16 or, where said, arrays have room up
/// to the next multiple. Nothing is allocated; sums have a fixed order for a given vector width.
final class SequenceKernels {
    static final int PADDING = 16;

    private static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() <= PADDING ? FloatVector.SPECIES_PREFERRED : FloatVector.SPECIES_512;
    private static final int LANES = SPECIES.length();
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    // Adding 1.5 · 2²³ rounds to an integer, which then stands in the lowest bits.
    private static final float ROUNDING = 12_582_912;
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);

    private SequenceKernels() {}

    /// target[r] = a[r] · matrix + bias for `rows` rows; `matrix` is row-major inner × columns, all row-major
    /// without gaps. Four rows by two vectors stay in registers.
    static void linear(
            float[] a,
            int aOffset,
            int rows,
            int inner,
            float[] matrix,
            float[] bias,
            int columns,
            float[] target,
            int targetOffset) {
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            linear4(a, aOffset + row * inner, inner, matrix, bias, columns, target, targetOffset + row * columns);
        }
        for (; row < rows; row++) {
            linear1(a, aOffset + row * inner, inner, matrix, bias, columns, target, targetOffset + row * columns);
        }
    }

    private static void linear4(
            float[] a, int a0, int inner, float[] matrix, float[] bias, int columns, float[] target, int t0) {
        int a1 = a0 + inner;
        int a2 = a1 + inner;
        int a3 = a2 + inner;
        int column = 0;
        for (; column + 2 * LANES <= columns; column += 2 * LANES) {
            FloatVector s00 = FloatVector.fromArray(SPECIES, bias, column);
            FloatVector s01 = FloatVector.fromArray(SPECIES, bias, column + LANES);
            FloatVector s10 = s00;
            FloatVector s11 = s01;
            FloatVector s20 = s00;
            FloatVector s21 = s01;
            FloatVector s30 = s00;
            FloatVector s31 = s01;
            for (int k = 0, at = column; k < inner; k++, at += columns) {
                FloatVector m0 = FloatVector.fromArray(SPECIES, matrix, at);
                FloatVector m1 = FloatVector.fromArray(SPECIES, matrix, at + LANES);
                FloatVector v = FloatVector.broadcast(SPECIES, a[a0 + k]);
                s00 = v.fma(m0, s00);
                s01 = v.fma(m1, s01);
                v = FloatVector.broadcast(SPECIES, a[a1 + k]);
                s10 = v.fma(m0, s10);
                s11 = v.fma(m1, s11);
                v = FloatVector.broadcast(SPECIES, a[a2 + k]);
                s20 = v.fma(m0, s20);
                s21 = v.fma(m1, s21);
                v = FloatVector.broadcast(SPECIES, a[a3 + k]);
                s30 = v.fma(m0, s30);
                s31 = v.fma(m1, s31);
            }
            int t = t0 + column;
            s00.intoArray(target, t);
            s01.intoArray(target, t + LANES);
            s10.intoArray(target, t + columns);
            s11.intoArray(target, t + columns + LANES);
            s20.intoArray(target, t + 2 * columns);
            s21.intoArray(target, t + 2 * columns + LANES);
            s30.intoArray(target, t + 3 * columns);
            s31.intoArray(target, t + 3 * columns + LANES);
        }
        for (; column < columns; column += LANES) {
            for (int row = 0; row < 4; row++) {
                one(a, a0 + row * inner, inner, matrix, bias, columns, column, target, t0 + row * columns);
            }
        }
    }

    private static void linear1(
            float[] a, int a0, int inner, float[] matrix, float[] bias, int columns, float[] target, int t0) {
        int column = 0;
        for (; column + 4 * LANES <= columns; column += 4 * LANES) {
            FloatVector s0 = FloatVector.fromArray(SPECIES, bias, column);
            FloatVector s1 = FloatVector.fromArray(SPECIES, bias, column + LANES);
            FloatVector s2 = FloatVector.fromArray(SPECIES, bias, column + 2 * LANES);
            FloatVector s3 = FloatVector.fromArray(SPECIES, bias, column + 3 * LANES);
            for (int k = 0, at = column; k < inner; k++, at += columns) {
                FloatVector v = FloatVector.broadcast(SPECIES, a[a0 + k]);
                s0 = v.fma(FloatVector.fromArray(SPECIES, matrix, at), s0);
                s1 = v.fma(FloatVector.fromArray(SPECIES, matrix, at + LANES), s1);
                s2 = v.fma(FloatVector.fromArray(SPECIES, matrix, at + 2 * LANES), s2);
                s3 = v.fma(FloatVector.fromArray(SPECIES, matrix, at + 3 * LANES), s3);
            }
            s0.intoArray(target, t0 + column);
            s1.intoArray(target, t0 + column + LANES);
            s2.intoArray(target, t0 + column + 2 * LANES);
            s3.intoArray(target, t0 + column + 3 * LANES);
        }
        for (; column < columns; column += LANES) {
            one(a, a0, inner, matrix, bias, columns, column, target, t0);
        }
    }

    private static void one(
            float[] a,
            int a0,
            int inner,
            float[] matrix,
            float[] bias,
            int columns,
            int column,
            float[] target,
            int t0) {
        FloatVector sum = FloatVector.fromArray(SPECIES, bias, column);
        for (int k = 0, at = column; k < inner; k++, at += columns) {
            sum = FloatVector.broadcast(SPECIES, a[a0 + k]).fma(FloatVector.fromArray(SPECIES, matrix, at), sum);
        }
        sum.intoArray(target, t0 + column);
    }

    /// Brings `length` values to mean 0 and variance 1, times gain plus shift. May work in place.
    ///
    /// @param ones at least as many ones
    static void normalise(
            float[] x,
            int offset,
            float[] gain,
            float[] shift,
            float epsilon,
            float[] ones,
            float[] target,
            int to,
            int length) {
        float mean = Kernels.dot(x, offset, ones, 0, length) / length;
        for (int i = 0; i < length; i += LANES) {
            FloatVector.fromArray(SPECIES, x, offset + i).sub(mean).intoArray(target, to + i);
        }
        float variance = Kernels.dot(target, to, target, to, length) / length;
        float scale = (float) (1 / Math.sqrt(variance + epsilon));
        for (int i = 0; i < length; i += LANES) {
            FloatVector.fromArray(SPECIES, target, to + i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(SPECIES, gain, i))
                    .add(FloatVector.fromArray(SPECIES, shift, i))
                    .intoArray(target, to + i);
        }
    }

    /// x · Φ(x) in place, with Φ from the error function of Abramowitz and Stegun 7.1.26, off by at most
    /// 1.5e-7.
    static void gelu(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector z = v.mul(SQRT_HALF).abs();
            FloatVector t =
                    FloatVector.broadcast(SPECIES, 1).div(z.mul(0.3275911f).add(1));
            FloatVector polynomial = t.mul(1.061405429f)
                    .add(-1.453152027f)
                    .mul(t)
                    .add(1.421413741f)
                    .mul(t)
                    .add(-0.284496736f)
                    .mul(t)
                    .add(0.254829592f)
                    .mul(t);
            FloatVector erf = FloatVector.broadcast(SPECIES, 1)
                    .sub(polynomial.mul(exp(z.mul(z).neg())));
            VectorMask<Float> negative = v.compare(VectorOperators.LT, 0);
            v.mul(0.5f).mul(erf.blend(erf.neg(), negative).add(1)).intoArray(x, i);
        }
    }

    /// x · σ(x) · scale in place; the array must have room up to the next multiple of 16.
    static void silu(float[] x, int offset, int length, float scale) {
        for (int i = offset; i < offset + length; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            v.div(exp(v.neg()).add(1)).mul(scale).intoArray(x, i);
        }
    }

    /// Softmax of the first `length` values in place; the array must have room up to the next multiple of 16
    /// and is overwritten there.
    ///
    /// @param ones at least as many ones as the array is long
    static void softmax(float[] x, int length, float[] ones) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < length; i++) {
            highest = Math.max(highest, x[i]);
        }
        for (int i = 0; i < length; i += LANES) {
            exp(FloatVector.fromArray(SPECIES, x, i).sub(highest)).intoArray(x, i);
        }
        Kernels.scale(1 / Kernels.dot(x, 0, ones, 0, length), x, 0, length);
    }

    /// x += y over `length` values.
    static void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xOffset + i)
                    .add(FloatVector.fromArray(SPECIES, y, yOffset + i))
                    .intoArray(x, xOffset + i);
        }
    }

    /// x *= y over `length` values.
    static void multiply(float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xOffset + i)
                    .mul(FloatVector.fromArray(SPECIES, y, yOffset + i))
                    .intoArray(x, xOffset + i);
        }
    }

    /// e^x, off by at most 2e-7 of it: x = n ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of r (Cephes), and n
    /// added to the exponent. The JDK's own operation gives other last bits before and after it is compiled.
    private static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(-87).min(88);
        FloatVector shifted =
                bounded.fma(FloatVector.broadcast(SPECIES, LOG2_E), FloatVector.broadcast(SPECIES, ROUNDING));
        FloatVector n = shifted.sub(ROUNDING);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), bounded);
        r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(SPECIES, 1.9875691500e-4f);
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r).add(1);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }
}
