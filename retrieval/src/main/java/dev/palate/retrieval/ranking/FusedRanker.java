package dev.palate.retrieval.ranking;

import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/// Orders candidates by a weighted sum of signals, each [#standardised] over the candidates of the request. Stateless
/// and thread-safe.
public final class FusedRanker {
    /// How far from the mean a signal's furthest value may lie.
    public static final double MAX_DEVIATIONS = 4;

    private static final double FLAT = 1e-9;

    private FusedRanker() {}

    /// The outcome for one request.
    ///
    /// @param scores one per candidate, the sum of its parts
    /// @param parts weight times standardised value, per signal and candidate
    /// @param order candidates from best to worst, equal scores by lower index
    public record Ranking(double[] scores, Map<Signal, float[]> parts, int[] order) {
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
            float[] part = weighted(values, weights.of(signal));
            parts.put(signal, part);
            for (int i = 0; i < count; i++) {
                sums[i] += part[i];
            }
        });
        int[] order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer candidate) -> -sums[candidate])
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        return new Ranking(sums, Collections.unmodifiableMap(parts), order);
    }

    private static float[] weighted(float[] values, double weight) {
        float[] parts = standardised(values);
        for (int i = 0; i < parts.length; i++) {
            parts[i] = (float) (weight * parts[i]);
        }
        return parts;
    }

    /// The values brought to mean 0 and deviation 1, then, when the furthest lies more than [#MAX_DEVIATIONS] from the
    /// mean, all shrunken so that it lies there: a signal that speaks of a few candidates only would else decide alone,
    /// for one hit among two hundred stands fourteen deviations out. What is not known (NaN) becomes 0, and so does
    /// everything when the values are all alike. This is what weights are fitted on and what they are used with.
    public static float[] standardised(float[] values) {
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
        double furthest = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                squares += (value - mean) * (value - mean);
                furthest = Math.max(furthest, Math.abs(value - mean));
            }
        }
        double deviation = known == 0 ? 0 : Math.sqrt(squares / known);
        float[] standard = new float[values.length];
        // Relative to the mean too: rounding noise of a constant signal must not be blown up to deviation 1.
        if (deviation <= FLAT * Math.max(1, Math.abs(mean))) {
            return standard;
        }
        double unit = Math.max(deviation, furthest / MAX_DEVIATIONS);
        for (int i = 0; i < values.length; i++) {
            standard[i] = Float.isFinite(values[i]) ? (float) ((values[i] - mean) / unit) : 0;
        }
        return standard;
    }
}
