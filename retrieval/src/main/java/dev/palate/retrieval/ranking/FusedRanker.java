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
    /// @param parts by signal
    /// @param order candidates from best to worst, equal scores by lower index
    public record Ranking(double[] scores, Map<Signal, Part> parts, int[] order) {
        /// What each signal added to the score of a candidate.
        public ScoreParts partsOf(int candidate) {
            Map<Signal, Float> values = new EnumMap<>(Signal.class);
            parts.forEach((signal, part) -> values.put(signal, part.of(candidate)));
            return new ScoreParts(values);
        }
    }

    /// How a signal is brought to mean 0 and deviation 1.
    ///
    /// @param values by candidate
    /// @param deviation 0 where the values are all alike
    private record Standard(float[] values, double mean, double deviation) {
        static Standard of(float[] values) {
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
            // Relative to the mean too: rounding noise of a constant signal must not be blown up to deviation 1.
            boolean flat = deviation <= FLAT * Math.max(1, Math.abs(mean));
            return new Standard(values, mean, flat ? 0 : deviation);
        }

        float of(int candidate) {
            float value = values[candidate];
            return deviation > 0 && Float.isFinite(value) ? (float) ((value - mean) / deviation) : 0;
        }

        float furthest() {
            float furthest = 0;
            for (int i = 0; i < values.length; i++) {
                furthest = Math.max(furthest, Math.abs(of(i)));
            }
            return furthest;
        }
    }

    /// What one signal adds to the score of each candidate: weight times standardised value. Worked out when asked for:
    /// a request has a dozen signals and hundreds of candidates, and shows the parts of ten. Immutable.
    public static final class Part {
        private final Standard standard;
        private final double factor;

        private Part(Standard standard, double factor) {
            this.standard = standard;
            this.factor = factor;
        }

        /// For the candidate.
        public float of(int candidate) {
            // + 0: a part of nothing is 0, not -0.
            return (float) (factor * standard.of(candidate)) + 0f;
        }
    }

    /// Scores and orders all candidates. A candidate of which a signal knows nothing (NaN) gets the signal's
    /// mean, that is a part of 0; so does everyone when a signal is flat. O(signals · candidates).
    ///
    /// @param bounded the signals whose outliers are kept in bounds, those whose weights were not fitted
    public static Ranking rank(Signals signals, SignalWeights weights, Set<Signal> bounded) {
        int count = signals.candidateCount();
        double[] sums = new double[count];
        Map<Signal, Part> parts = new EnumMap<>(Signal.class);
        signals.values().forEach((signal, values) -> {
            Part part = weighted(Standard.of(values), weights.of(signal), bounded.contains(signal));
            parts.put(signal, part);
            for (int i = 0; i < count; i++) {
                sums[i] += part.of(i);
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

    private static Part weighted(Standard standard, double weight, boolean bounded) {
        float furthest = bounded ? standard.furthest() : 0;
        return new Part(standard, furthest <= MAX_DEVIATIONS ? weight : weight * (MAX_DEVIATIONS / furthest));
    }

    /// The values brought to mean 0 and deviation 1. What is not known (NaN) becomes 0, and so does everything
    /// when the values are all alike.
    public static float[] standardised(float[] values) {
        Standard standard = Standard.of(values);
        float[] standardised = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            standardised[i] = standard.of(i);
        }
        return standardised;
    }
}
