package dev.palate.memory.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// One gradient step on a user and two items of which one is to score higher. Static, allocates nothing, safe
/// to run concurrently on disjoint rows. Rows are padded to whole vectors ([DenseProduct#stride]) but where it says
/// otherwise.
public final class PairwiseStep {
    private static final VectorSpecies<Float> SPECIES = Kernels.SPECIES;
    private static final int LANES = Kernels.LANES;

    private PairwiseStep() {}

    /// u += slope (i − j) − shrink u.
    ///
    /// @param slope learning rate times the gradient of the loss
    /// @param shrink learning rate times the regularisation
    public static void ofUser(
            float[] users, int u, float[] items, int i, int j, int stride, float slope, float shrink) {
        FloatVector slopes = FloatVector.broadcast(SPECIES, slope);
        FloatVector keep = FloatVector.broadcast(SPECIES, 1 - shrink);
        for (int k = 0; k < stride; k += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, users, u + k);
            FloatVector better = FloatVector.fromArray(SPECIES, items, i + k);
            FloatVector worse = FloatVector.fromArray(SPECIES, items, j + k);
            slopes.fma(better.sub(worse), keep.mul(x)).intoArray(users, u + k);
        }
    }

    /// The same for the user, and i += slope u − shrink i, j −= slope u + shrink j, all from the values before.
    public static void ofAll(float[] users, int u, float[] items, int i, int j, int stride, float slope, float shrink) {
        FloatVector slopes = FloatVector.broadcast(SPECIES, slope);
        FloatVector keep = FloatVector.broadcast(SPECIES, 1 - shrink);
        for (int k = 0; k < stride; k += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, users, u + k);
            FloatVector better = FloatVector.fromArray(SPECIES, items, i + k);
            FloatVector worse = FloatVector.fromArray(SPECIES, items, j + k);
            FloatVector pull = slopes.mul(x);
            slopes.fma(better.sub(worse), keep.mul(x)).intoArray(users, u + k);
            keep.fma(better, pull).intoArray(items, i + k);
            keep.fma(worse, pull.neg()).intoArray(items, j + k);
        }
    }

    /// Puts the gradients of the loss in place of three vectors of any length: of the user `slope (j − i) + shrink u`,
    /// of the better item `shrink i − slope u`, of the worse one `shrink j + slope u`.
    ///
    /// @param slope of the loss by the margin, turned round
    /// @param shrink the regularisation
    public static void gradients(float[] user, float[] better, float[] worse, float slope, float shrink) {
        FloatVector slopes = FloatVector.broadcast(SPECIES, slope);
        FloatVector keep = FloatVector.broadcast(SPECIES, shrink);
        int k = 0;
        for (; k + LANES <= user.length; k += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, user, k);
            FloatVector i = FloatVector.fromArray(SPECIES, better, k);
            FloatVector j = FloatVector.fromArray(SPECIES, worse, k);
            FloatVector pull = slopes.mul(u);
            slopes.mul(j.sub(i)).add(keep.mul(u)).intoArray(user, k);
            keep.mul(i).sub(pull).intoArray(better, k);
            keep.mul(j).add(pull).intoArray(worse, k);
        }
        for (; k < user.length; k++) {
            float u = user[k];
            float i = better[k];
            float j = worse[k];
            user[k] = slope * (j - i) + shrink * u;
            better[k] = shrink * i - slope * u;
            worse[k] = shrink * j + slope * u;
        }
    }
}
