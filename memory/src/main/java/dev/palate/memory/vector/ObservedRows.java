package dev.palate.memory.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Sums over the few rows of a matrix that one observation list names: the inner loop of alternating least
/// squares. Four rows go through the registers at a time. Static, allocates nothing, safe to run concurrently
/// on different targets.
public final class ObservedRows {
    private static final VectorSpecies<Float> SPECIES = Kernels.SPECIES;
    private static final int LANES = Kernels.LANES;
    private static final VectorShuffle<Float> ROTATE_8 = rotation(8);
    private static final VectorShuffle<Float> ROTATE_4 = rotation(4);
    private static final VectorShuffle<Float> ROTATE_2 = rotation(2);
    private static final VectorShuffle<Float> ROTATE_1 = rotation(1);

    private ObservedRows() {}

    /// Adds Σ (constant + sign · (y · x)) y over the rows y that `observed` names to `target`.
    ///
    /// @param rows row-major, `stride` values a row, a multiple of the lane count
    /// @param x of length `stride` from `xOffset` on
    /// @param target likewise from `targetOffset` on; may share the array with `x`, not the range
    public static void addProjected(
            float[] rows,
            int stride,
            int[] observed,
            float constant,
            float sign,
            float[] x,
            int xOffset,
            float[] target,
            int targetOffset) {
        FloatVector constants = FloatVector.broadcast(SPECIES, constant);
        int k = 0;
        for (; k + 4 <= observed.length; k += 4) {
            int a = observed[k] * stride;
            int b = observed[k + 1] * stride;
            int c = observed[k + 2] * stride;
            int d = observed[k + 3] * stride;
            FloatVector pa = FloatVector.zero(SPECIES);
            FloatVector pb = pa;
            FloatVector pc = pa;
            FloatVector pd = pa;
            for (int i = 0; i < stride; i += LANES) {
                FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
                pa = v.fma(FloatVector.fromArray(SPECIES, rows, a + i), pa);
                pb = v.fma(FloatVector.fromArray(SPECIES, rows, b + i), pb);
                pc = v.fma(FloatVector.fromArray(SPECIES, rows, c + i), pc);
                pd = v.fma(FloatVector.fromArray(SPECIES, rows, d + i), pd);
            }
            FloatVector fa = allSum(pa).mul(sign).add(constants);
            FloatVector fb = allSum(pb).mul(sign).add(constants);
            FloatVector fc = allSum(pc).mul(sign).add(constants);
            FloatVector fd = allSum(pd).mul(sign).add(constants);
            for (int i = 0; i < stride; i += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, target, targetOffset + i);
                sum = fa.fma(FloatVector.fromArray(SPECIES, rows, a + i), sum);
                sum = fb.fma(FloatVector.fromArray(SPECIES, rows, b + i), sum);
                sum = fc.fma(FloatVector.fromArray(SPECIES, rows, c + i), sum);
                sum = fd.fma(FloatVector.fromArray(SPECIES, rows, d + i), sum);
                sum.intoArray(target, targetOffset + i);
            }
        }
        for (; k < observed.length; k++) {
            int a = observed[k] * stride;
            FloatVector pa = FloatVector.zero(SPECIES);
            for (int i = 0; i < stride; i += LANES) {
                pa = FloatVector.fromArray(SPECIES, x, xOffset + i)
                        .fma(FloatVector.fromArray(SPECIES, rows, a + i), pa);
            }
            FloatVector fa = allSum(pa).mul(sign).add(constants);
            for (int i = 0; i < stride; i += LANES) {
                fa.fma(
                                FloatVector.fromArray(SPECIES, rows, a + i),
                                FloatVector.fromArray(SPECIES, target, targetOffset + i))
                        .intoArray(target, targetOffset + i);
            }
        }
    }

    /// The sum of the lanes in every lane.
    private static FloatVector allSum(FloatVector values) {
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
        return LANES >= 2 ? v.add(v.rearrange(ROTATE_1)) : v;
    }

    private static VectorShuffle<Float> rotation(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + distance) % LANES);
    }
}
