package dev.palate.retrieval.ranking;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// Orders candidates by a weighted sum of signals, each [#standardised] over the candidates of the request. Stateless
/// and thread-safe.
public final class FusedRanker {
    /// How far from the mean the furthest value of a bounded signal may lie: all its parts are shrunken so that
    /// it lies there. A signal that speaks of a few candidates only would else decide alone, for one hit among
    /// two hundred stands fourteen deviations out.
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

    /// Scores and orders all candidates. A candidate of which a signal knows nothing (NaN) gets the signal's
    /// mean, that is a part of 0; so does everyone when a signal is flat. O(signals · candidates).
    ///
    /// @param bounded the signals whose outliers are kept in bounds, those whose weights were not fitted
    public static Ranking rank(Signals signals, SignalWeights weights, Set<Signal> bounded) {
        int count = signals.candidateCount();
        double[] sums = new double[count];
        Map<Signal, float[]> parts = new EnumMap<>(Signal.class);
        signals.values().forEach((signal, values) -> {
            float[] part = weighted(values, weights.of(signal), bounded.contains(signal));
            parts.put(signal, part);
            for (int i = 0; i < count; i++) {
                sums[i] += part[i];
            }
        });
        return new Ranking(sums, Collections.unmodifiableMap(parts), order(sums));
    }

    /// Indices from the highest sum to the lowest, equal sums by lower index. Every sum is looked up among all of
    /// them in their order; without objects that is several times as fast as sorting indices.
    private static int[] order(double[] sums) {
        double[] ascending = sums.clone();
        Arrays.sort(ascending);
        int[] taken = new int[sums.length];
        int[] order = new int[sums.length];
        for (int i = 0; i < sums.length; i++) {
            int higher = sums.length - upTo(ascending, sums[i]);
            order[higher + taken[higher]++] = i;
        }
        return order;
    }

    /// How many of the values are not above the one given.
    private static int upTo(double[] ascending, double value) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Double.compare(ascending[middle], value) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static float[] weighted(float[] values, double weight, boolean bounded) {
        float[] parts = standardised(values);
        double factor = weight;
        if (bounded) {
            float furthest = 0;
            for (float part : parts) {
                furthest = Math.max(furthest, Math.abs(part));
            }
            factor *= furthest <= MAX_DEVIATIONS ? 1 : MAX_DEVIATIONS / furthest;
        }
        for (int i = 0; i < parts.length; i++) {
            // + 0: a part of nothing is 0, not -0.
            parts[i] = (float) (factor * parts[i]) + 0f;
        }
        return parts;
    }

    /// The values brought to mean 0 and deviation 1. What is not known (NaN) becomes 0, and so does everything
    /// when the values are all alike.
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
        for (float value : values) {
            squares += Float.isFinite(value) ? (value - mean) * (value - mean) : 0;
        }
        double deviation = known == 0 ? 0 : Math.sqrt(squares / known);
        float[] standard = new float[values.length];
        // Relative to the mean too: rounding noise of a constant signal must not be blown up to deviation 1.
        if (deviation <= FLAT * Math.max(1, Math.abs(mean))) {
            return standard;
        }
        for (int i = 0; i < values.length; i++) {
            standard[i] = Float.isFinite(values[i]) ? (float) ((values[i] - mean) / deviation) : 0;
        }
        return standard;
    }
}
