package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.Scorer;

/// Scores items by the inner product of their centred unit vector with the decayed sum of the history's. Immutable and
/// thread-safe.
///
/// Centring (subtracting the mean over all items) is what makes the scores personal: the mean direction of a catalog
/// dominates every raw vector.
public final class ContentProfile implements Scorer {
    private final float[] vectors;
    private final int dimension;
    private final double decay;

    private ContentProfile(float[] vectors, int dimension, double decay) {
        this.vectors = vectors;
        this.dimension = dimension;
        this.decay = decay;
    }

    /// Centres and normalises the raw vectors.
    ///
    /// @param rawVectors one per item row, all of one length; an item without content has the zero vector,
    ///     stays zero and is left out of the mean
    /// @param decay as in [HistoryDecay]
    public static ContentProfile centred(float[][] rawVectors, HistoryDecay decay) {
        int dimension = rawVectors.length == 0 ? 0 : rawVectors[0].length;
        double[] mean = new double[dimension];
        int known = 0;
        for (float[] raw : rawVectors) {
            if (raw.length != dimension) {
                throw new IllegalArgumentException(
                        "all vectors must have dimension " + dimension + ", one has " + raw.length);
            }
            if (!isZero(raw)) {
                known++;
                for (int j = 0; j < dimension; j++) {
                    mean[j] += raw[j];
                }
            }
        }
        float[] vectors = new float[rawVectors.length * dimension];
        for (int item = 0; item < rawVectors.length; item++) {
            if (!isZero(rawVectors[item])) {
                writeCentredUnit(rawVectors[item], mean, known, vectors, item * dimension);
            }
        }
        return new ContentProfile(vectors, dimension, decay.factor());
    }

    private static void writeCentredUnit(float[] raw, double[] mean, int known, float[] target, int offset) {
        double squared = 0;
        for (int j = 0; j < raw.length; j++) {
            double value = raw[j] - mean[j] / known;
            target[offset + j] = (float) value;
            squared += value * value;
        }
        Kernels.scale(squared < 1e-12 ? 0 : (float) (1 / Math.sqrt(squared)), target, offset, raw.length);
    }

    private static boolean isZero(float[] vector) {
        for (float value : vector) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int itemCount() {
        return dimension == 0 ? 0 : vectors.length / dimension;
    }

    @Override
    public void score(History history, float[] target) {
        float[] profile = new float[dimension];
        double weight = 1;
        for (int i = history.size() - 1; i >= 0 && weight > 1e-4; i--) {
            Kernels.axpy((float) weight, vectors, history.items()[i] * dimension, profile, 0, dimension);
            weight *= decay;
        }
        for (int item = 0; item < target.length; item++) {
            target[item] = Kernels.dot(vectors, item * dimension, profile, 0, dimension);
        }
    }
}
