package dev.palate.retrieval.ranking;

import dev.palate.memory.vector.TopK;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// Orders candidates by a weighted sum of signals, each brought to mean 0 and deviation 1 over the candidates of the
/// request. Stateless and thread-safe.
public final class FusedRanker {
    private static final double FLAT = 1e-9;

    private FusedRanker() {}

    /// The outcome for one request.
    ///
    /// @param scores one per candidate, the sum of its parts
    /// @param parts weight times z-score, per signal and candidate
    /// @param order candidates from best to worst, equal scores by lower index
    public record Ranking(float[] scores, Map<Signal, float[]> parts, int[] order) {
        /// What each signal added to the score of a candidate.
        public ScoreParts partsOf(int candidate) {
            Map<Signal, Float> values = new EnumMap<>(Signal.class);
            parts.forEach((signal, added) -> values.put(signal, added[candidate]));
            return new ScoreParts(values);
        }
    }

    /// Scores and orders all candidates. A candidate of which a signal knows nothing (NaN) gets the signal's mean, that
    /// is a part of 0; so does everyone when a signal is flat. O(signals · candidates).
    public static Ranking rank(Signals signals, SignalWeights weights) {
        int count = signals.candidateCount();
        double[] sums = new double[count];
        Map<Signal, float[]> parts = new EnumMap<>(Signal.class);
        signals.values().forEach((signal, values) -> {
            float[] part = weightedZScores(values, weights.of(signal));
            parts.put(signal, part);
            for (int i = 0; i < count; i++) {
                sums[i] += part[i];
            }
        });
        float[] scores = new float[count];
        for (int i = 0; i < count; i++) {
            scores[i] = (float) sums[i];
        }
        return new Ranking(scores, Collections.unmodifiableMap(parts), TopK.select(scores, count));
    }

    private static float[] weightedZScores(float[] values, double weight) {
        double sum = 0;
        int known = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                sum += value;
                known++;
            }
        }
        double mean = known == 0 ? 0 : sum / known;
        double squares = 0;
        for (float value : values) {
            squares += Float.isFinite(value) ? (value - mean) * (value - mean) : 0;
        }
        double deviation = known == 0 ? 0 : Math.sqrt(squares / known);
        float[] parts = new float[values.length];
        // Relative to the mean too: rounding noise of a constant signal must not be blown up to deviation 1.
        if (deviation <= FLAT * Math.max(1, Math.abs(mean))) {
            return parts;
        }
        for (int i = 0; i < values.length; i++) {
            parts[i] = Float.isFinite(values[i]) ? (float) (weight * (values[i] - mean) / deviation) : 0;
        }
        return parts;
    }
}
