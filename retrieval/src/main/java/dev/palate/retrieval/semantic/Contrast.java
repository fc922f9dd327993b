package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;
import java.util.BitSet;

/// The InfoNCE loss of a batch: each query is to find its own key among all keys,
/// L = −1/N Σ_i log( exp(s_ii) / Σ_j exp(s_ij) ), s_ij = q_i · k_j / τ − c_j. Stateless.
final class Contrast {
    private Contrast() {}

    /// @param value the loss
    /// @param queryGradient of each query's values
    /// @param keyGradient of each key's values
    record Loss(double value, float[] queryGradient, float[] keyGradient) {}

    /// O(size² · dimension).
    ///
    /// @param queries row-major, size × dimension
    /// @param keys likewise; row i belongs to query i
    /// @param temperature τ
    /// @param correction c_j, the logarithm of how often key j is drawn, so that the often drawn are not taken for
    ///     wrong answers (sampled softmax); zeros for none
    /// @param excluded bit i · size + j is set where key j is no wrong answer to query i
    static Loss of(
            float[] queries, float[] keys, int dimension, double temperature, float[] correction, BitSet excluded) {
        int size = queries.length / dimension;
        float[] queryGradient = new float[queries.length];
        float[] keyGradient = new float[keys.length];
        double loss = 0;
        double[] logits = new double[size];
        for (int i = 0; i < size; i++) {
            double highest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < size; j++) {
                boolean out = i != j && excluded.get(i * size + j);
                logits[j] = out
                        ? Double.NEGATIVE_INFINITY
                        : Kernels.dot(queries, i * dimension, keys, j * dimension, dimension) / temperature
                                - correction[j];
                highest = Math.max(highest, logits[j]);
            }
            double sum = 0;
            for (int j = 0; j < size; j++) {
                sum += Math.exp(logits[j] - highest);
            }
            loss -= logits[i] - highest - Math.log(sum);
            for (int j = 0; j < size; j++) {
                double share = Math.exp(logits[j] - highest) / sum - (i == j ? 1 : 0);
                float factor = (float) (share / (size * temperature));
                if (factor != 0) {
                    Kernels.axpy(factor, keys, j * dimension, queryGradient, i * dimension, dimension);
                    Kernels.axpy(factor, queries, i * dimension, keyGradient, j * dimension, dimension);
                }
            }
        }
        return new Loss(loss / size, queryGradient, keyGradient);
    }
}
