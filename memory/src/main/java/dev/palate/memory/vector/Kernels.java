package dev.palate.memory.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Dense kernels on float arrays. All methods are static, allocate nothing and are safe to run concurrently on
/// different targets.
///
/// Products are fused (one rounding per multiply-add) and partial sums are added in an order that depends on the lane
/// count only; the JDK's own lane reduction leaves that order open, which would make a training run irreproducible.
public final class Kernels {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    private static final VectorShuffle<Float> ROTATE_8 = rotation(8);
    private static final VectorShuffle<Float> ROTATE_4 = rotation(4);
    private static final VectorShuffle<Float> ROTATE_2 = rotation(2);
    private static final VectorShuffle<Float> ROTATE_1 = rotation(1);

    private Kernels() {}

    /// The inner product of `length` values of two arrays. O(length).
    ///
    /// @throws IndexOutOfBoundsException when a range leaves its array
    public static float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = sum0;
        int i = 0;
        for (; i + 2 * LANES <= length; i += 2 * LANES) {
            sum0 = FloatVector.fromArray(SPECIES, a, aOffset + i)
                    .fma(FloatVector.fromArray(SPECIES, b, bOffset + i), sum0);
            sum1 = FloatVector.fromArray(SPECIES, a, aOffset + i + LANES)
                    .fma(FloatVector.fromArray(SPECIES, b, bOffset + i + LANES), sum1);
        }
        for (; i + LANES <= length; i += LANES) {
            sum0 = FloatVector.fromArray(SPECIES, a, aOffset + i)
                    .fma(FloatVector.fromArray(SPECIES, b, bOffset + i), sum0);
        }
        float sum = sum(sum0.add(sum1));
        for (; i < length; i++) {
            sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
        }
        return sum;
    }

    /// The first index, `from` or higher, of a value above the bound; the length when there is none. NaN is above
    /// nothing. O(length).
    public static int firstAbove(float bound, float[] values, int from) {
        int i = from;
        for (; i + LANES <= values.length; i += LANES) {
            int lane = FloatVector.fromArray(SPECIES, values, i)
                    .compare(VectorOperators.GT, bound)
                    .firstTrue();
            if (lane < LANES) {
                return i + lane;
            }
        }
        while (i < values.length && !(values[i] > bound)) {
            i++;
        }
        return Math.min(i, values.length);
    }

    /// Adds `factor` times `length` values of `x` to `y`. The ranges must not overlap. O(length).
    ///
    /// @throws IndexOutOfBoundsException when a range leaves its array
    public static void axpy(float factor, float[] x, int xOffset, float[] y, int yOffset, int length) {
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        int i = 0;
        for (; i + LANES <= length; i += LANES) {
            factors.fma(FloatVector.fromArray(SPECIES, x, xOffset + i), FloatVector.fromArray(SPECIES, y, yOffset + i))
                    .intoArray(y, yOffset + i);
        }
        for (; i < length; i++) {
            y[yOffset + i] = Math.fma(factor, x[xOffset + i], y[yOffset + i]);
        }
    }

    /// One step of Adagrad: adds g² to the sums of squares and writes −rate · g / (√sum + floor) to the beginning of
    /// `delta`, for `length` values of gradient and sums from `from` on. The same bits as a plain loop. O(length).
    ///
    /// @param floor above 0
    /// @return whether any value of the gradient is not 0
    /// @throws IndexOutOfBoundsException when a range leaves its array
    public static boolean adagrad(
            float rate, float floor, float[] gradient, float[] squares, int from, float[] delta, int length) {
        FloatVector downhill = FloatVector.broadcast(SPECIES, -rate);
        FloatVector zero = FloatVector.zero(SPECIES);
        boolean moved = false;
        int i = 0;
        for (; i + LANES <= length; i += LANES) {
            FloatVector g = FloatVector.fromArray(SPECIES, gradient, from + i);
            FloatVector sum = g.mul(g).add(FloatVector.fromArray(SPECIES, squares, from + i));
            sum.intoArray(squares, from + i);
            downhill.mul(g).div(sum.lanewise(VectorOperators.SQRT).add(floor)).intoArray(delta, i);
            moved |= g.compare(VectorOperators.NE, zero).anyTrue();
        }
        for (; i < length; i++) {
            float g = gradient[from + i];
            squares[from + i] += g * g;
            delta[i] = -rate * g / ((float) Math.sqrt(squares[from + i]) + floor);
            moved |= g != 0;
        }
        return moved;
    }

    /// Multiplies `length` values in place by `factor`.
    public static void scale(float factor, float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] *= factor;
        }
    }

    /// Writes `scale · AᵀA` to `target`, where A is the row-major `rowCount × dimension` matrix in `rows`; `target` is
    /// row-major `dimension × dimension` and overwritten. Four rows go through the registers at a time.
    /// O(rowCount · dimension²).
    public static void gram(float[] rows, int rowCount, int dimension, float scale, float[] target) {
        if (target.length != dimension * dimension || rows.length < rowCount * (long) dimension) {
            throw new IllegalArgumentException("gram of " + rowCount + " rows of dimension " + dimension + " needs "
                    + dimension * dimension + " target values and " + rowCount * (long) dimension + " row values, had "
                    + target.length + " and " + rows.length);
        }
        Arrays.fill(target, 0);
        int row = 0;
        for (; row + 4 <= rowCount; row += 4) {
            addOuterProducts(rows, row * dimension, dimension, target);
        }
        for (; row < rowCount; row++) {
            for (int i = 0; i < dimension; i++) {
                int from = alignedDown(i);
                axpy(
                        rows[row * dimension + i],
                        rows,
                        row * dimension + from,
                        target,
                        i * dimension + from,
                        dimension - from);
            }
        }
        for (int i = 0; i < dimension; i++) {
            for (int j = 0; j < alignedDown(i); j++) {
                target[i * dimension + j] = target[j * dimension + i];
            }
        }
        scale(scale, target, 0, target.length);
    }

    /// Adds the outer products of four neighbouring rows, from the aligned diagonal to the right.
    private static void addOuterProducts(float[] rows, int start, int dimension, float[] target) {
        int second = start + dimension;
        int third = second + dimension;
        int fourth = third + dimension;
        for (int i = 0; i < dimension; i++) {
            FloatVector a = FloatVector.broadcast(SPECIES, rows[start + i]);
            FloatVector b = FloatVector.broadcast(SPECIES, rows[second + i]);
            FloatVector c = FloatVector.broadcast(SPECIES, rows[third + i]);
            FloatVector d = FloatVector.broadcast(SPECIES, rows[fourth + i]);
            int j = alignedDown(i);
            for (; j + LANES <= dimension; j += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, target, i * dimension + j);
                sum = a.fma(FloatVector.fromArray(SPECIES, rows, start + j), sum);
                sum = b.fma(FloatVector.fromArray(SPECIES, rows, second + j), sum);
                sum = c.fma(FloatVector.fromArray(SPECIES, rows, third + j), sum);
                sum = d.fma(FloatVector.fromArray(SPECIES, rows, fourth + j), sum);
                sum.intoArray(target, i * dimension + j);
            }
            for (; j < dimension; j++) {
                float sum = target[i * dimension + j];
                sum = Math.fma(rows[start + i], rows[start + j], sum);
                sum = Math.fma(rows[second + i], rows[second + j], sum);
                sum = Math.fma(rows[third + i], rows[third + j], sum);
                target[i * dimension + j] = Math.fma(rows[fourth + i], rows[fourth + j], sum);
            }
        }
    }

    private static int alignedDown(int index) {
        return index / LANES * LANES;
    }

    private static float sum(FloatVector values) {
        FloatVector v = values;
        if (LANES >= 16) {
            v = v.add(v.rearrange(ROTATE_8));
        }
        if (LANES >= 8) {
            v = v.add(v.rearrange(ROTATE_4));
        }
        if (LANES >= 4) {
            v = v.add(v.rearrange(ROTATE_2));
        }
        return LANES >= 2 ? v.add(v.rearrange(ROTATE_1)).lane(0) : v.lane(0);
    }

    private static VectorShuffle<Float> rotation(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + distance) % LANES);
    }
}
