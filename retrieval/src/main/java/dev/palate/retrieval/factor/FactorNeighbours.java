package dev.palate.retrieval.factor;

import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.TopK;
import java.util.ArrayList;
import java.util.List;

/// Which items are near an item by the angle between their collaborative vectors. Immutable and thread-safe.
public final class FactorNeighbours {
    private final ItemFactors factors;
    private final double[] lengths;

    /// A neighbour.
    ///
    /// @param cosine in (0, 1]
    public record Near(int row, double cosine) {}

    /// Over the factors. O(items · dimension).
    public FactorNeighbours(ItemFactors factors) {
        this.factors = factors;
        lengths = new double[factors.itemCount()];
        int dimension = factors.dimension();
        for (int row = 0; row < lengths.length; row++) {
            int at = row * dimension;
            lengths[row] = Math.sqrt(Kernels.dot(factors.factors(), at, factors.factors(), at, dimension));
        }
    }

    /// The nearest items of positive cosine, the nearest first, equal ones by lower row. O(items · dimension).
    public List<Near> of(int row, int most) {
        float[] cosines = new float[lengths.length];
        int dimension = factors.dimension();
        for (int other = 0; other < cosines.length; other++) {
            double both = lengths[row] * lengths[other];
            cosines[other] = other == row || both == 0
                    ? Float.NEGATIVE_INFINITY
                    : (float) (Kernels.dot(
                                    factors.factors(), row * dimension, factors.factors(), other * dimension, dimension)
                            / both);
        }
        List<Near> near = new ArrayList<>();
        for (int other : TopK.select(cosines, most)) {
            if (cosines[other] > 0) {
                near.add(new Near(other, Math.min(1, cosines[other])));
            }
        }
        return near;
    }
}
