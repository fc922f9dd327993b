package dev.palate.retrieval.ranking;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The weights of the fused ranking as they were fitted, by length of history. Immutable.
///
/// Signals that nothing was fitted for, such as those of the wish in words, keep the fixed weights of
/// [SignalWeights]; fitted weights are scaled to the same sum of magnitudes as the fixed weights of the same
/// signals, which changes no order among them.
///
/// @param buckets by rising length of history; empty when nothing was fitted
/// @param examples how many held-out lists the weights were fitted on
public record RankerWeights(List<Bucket> buckets, int examples) {
    /// The most buckets there are.
    public static final int MAX_BUCKETS = 16;

    /// Nothing fitted: the fixed weights.
    public static final RankerWeights FIXED = new RankerWeights(List.of(), 0);

    /// The weights from one length of history on.
    ///
    /// @param from the shortest history they are for, at least 1
    /// @param weights of the signals that were fitted; finite
    public record Bucket(int from, Map<Signal, Double> weights) {
        /// @throws IllegalArgumentException when a value is out of range
        public Bucket {
            if (from < 1) {
                throw new IllegalArgumentException("a bucket starts at a history of at least 1 event, was " + from);
            }
            Map<Signal, Double> copy = new EnumMap<>(Signal.class);
            copy.putAll(new SignalWeights(weights).weights());
            weights = Collections.unmodifiableMap(copy);
        }
    }

    /// @throws IllegalArgumentException when there are too many buckets or they do not rise
    public RankerWeights {
        buckets = List.copyOf(buckets);
        if (buckets.size() > MAX_BUCKETS || examples < 0) {
            throw new IllegalArgumentException("there are at most " + MAX_BUCKETS
                    + " buckets and at least 0 examples, were " + buckets.size() + " and " + examples);
        }
        for (int i = 1; i < buckets.size(); i++) {
            if (buckets.get(i).from <= buckets.get(i - 1).from) {
                throw new IllegalArgumentException("buckets must rise, but bucket " + i + " starts at "
                        + buckets.get(i).from + " after " + buckets.get(i - 1).from);
            }
        }
    }

    /// True when there are fitted weights.
    public boolean fitted() {
        return !buckets.isEmpty();
    }

    /// The weights for a user with so many events: the fixed ones when nothing was fitted; else those of the bucket,
    /// and below the first one a straight line from the fixed weights of a user without history.
    ///
    /// @param historySize at least 0
    public SignalWeights forHistory(int historySize) {
        return SignalWeights.forHistory(historySize).with(fittedFor(historySize));
    }

    /// Those of the weights that were fitted.
    public Map<Signal, Double> fittedFor(int historySize) {
        Map<Signal, Double> weights = new EnumMap<>(Signal.class);
        if (buckets.isEmpty()) {
            return weights;
        }
        Bucket bucket = buckets.getFirst();
        for (Bucket next : buckets) {
            bucket = next.from <= historySize ? next : bucket;
        }
        double share = Math.min(1, historySize / (double) bucket.from);
        bucket.weights.forEach(
                (signal, weight) -> weights.put(signal, share * weight + (1 - share) * SignalWeights.COLD.of(signal)));
        return weights;
    }

    /// The signals whose outliers are kept in bounds, because nothing says how far their weights may be trusted.
    public Set<Signal> bounded() {
        Set<Signal> bounded = EnumSet.allOf(Signal.class);
        buckets.forEach(bucket -> bounded.removeAll(bucket.weights.keySet()));
        return bounded;
    }

    /// For messages and reports, such as `from 1: cf .31, pop -.42`.
    public List<String> described() {
        List<String> lines = new ArrayList<>();
        for (Bucket bucket : buckets) {
            List<String> words = new ArrayList<>();
            bucket.weights.forEach(
                    (signal, weight) -> words.add(signal.key() + " " + String.format(Locale.ROOT, "%.3f", weight)));
            lines.add("from " + bucket.from + ": " + String.join(", ", words));
        }
        return lines;
    }
}
