package dev.palate.retrieval.ranking;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// A signed weight per signal, for z-scored signals; a signal that is not named has weight 0.
///
/// @param weights finite
public record SignalWeights(Map<Signal, Double> weights) {
    /// The history length from which a user counts as warm.
    public static final int WARM_HISTORY = 20;

    /// For users with a long history: collaborative signals lead and popularity corrects them downward. Those
    /// of signals that need no wish in words were fitted on the training parts of six public data sets at once,
    /// each counting the same. That of [Signal#DYNAMIC] was chosen on inner cold splits (docs/evaluation.md);
    /// [Signal#THEME] and [Signal#BPR] count only where they were fitted.
    public static final SignalWeights WARM = new SignalWeights(Map.ofEntries(
            Map.entry(Signal.CF, 0.08),
            Map.entry(Signal.CF_SPARSE, 0.43),
            Map.entry(Signal.EASE, 0.10),
            Map.entry(Signal.KNN, 0.05),
            Map.entry(Signal.TRANSITIONS, 0.25),
            Map.entry(Signal.NEXT, 0.12),
            Map.entry(Signal.SEQUENCE, 0.40),
            Map.entry(Signal.BPR, 0.0),
            Map.entry(Signal.TEXT, 0.19),
            Map.entry(Signal.BM25, 0.30),
            Map.entry(Signal.GENRE, 0.12),
            Map.entry(Signal.LIKED, 0.40),
            Map.entry(Signal.POP, -0.22),
            Map.entry(Signal.RECENT, 0.24),
            Map.entry(Signal.RECENT_SHORT, 0.13),
            Map.entry(Signal.FRESH, 0.26),
            Map.entry(Signal.DYNAMIC, 0.20),
            Map.entry(Signal.THEME, 0.0),
            Map.entry(Signal.MEMORY, 0.20)));

    /// What a request says, in place of [#COLD] for the signals named here: of a wish, popularity and the categories
    /// asked for tell more than its words do. Chosen on the first half of the shared chat cases
    /// (docs/evaluation.md), which have no memories: [Signal#MEMORY] keeps its share beside popularity, lest a
    /// taste
    /// told earlier no longer count.
    public static final SignalWeights SPOKEN = new SignalWeights(Map.of(
            Signal.TEXT, 0.25,
            Signal.BM25, 0.15,
            Signal.GENRE, 1.0,
            Signal.LIKED, 0.60,
            Signal.POP, 0.60,
            Signal.MEMORY, 0.60));

    /// For users with a short or no history: the wish in words leads, and popularity stands in for what is not known.
    public static final SignalWeights COLD = new SignalWeights(Map.ofEntries(
            Map.entry(Signal.CF, 0.10),
            Map.entry(Signal.CF_SPARSE, 0.10),
            Map.entry(Signal.EASE, 0.15),
            Map.entry(Signal.KNN, 0.15),
            Map.entry(Signal.TRANSITIONS, 0.10),
            Map.entry(Signal.NEXT, 0.05),
            Map.entry(Signal.SEQUENCE, 0.15),
            Map.entry(Signal.BPR, 0.0),
            Map.entry(Signal.TEXT, 0.50),
            Map.entry(Signal.BM25, 0.40),
            Map.entry(Signal.GENRE, 0.50),
            Map.entry(Signal.LIKED, 0.60),
            Map.entry(Signal.POP, 0.25),
            Map.entry(Signal.RECENT, 0.10),
            Map.entry(Signal.RECENT_SHORT, 0.05),
            Map.entry(Signal.FRESH, 0.0),
            Map.entry(Signal.DYNAMIC, 0.20),
            Map.entry(Signal.THEME, 0.0),
            Map.entry(Signal.MEMORY, 0.30)));

    /// @throws IllegalArgumentException when a weight is not finite
    public SignalWeights {
        Map<Signal, Double> copy = new EnumMap<>(Signal.class);
        copy.putAll(weights);
        copy.forEach((signal, weight) -> {
            if (!Double.isFinite(weight)) {
                throw new IllegalArgumentException(
                        "the weight of {" + signal.key() + "} must be finite, was " + weight);
            }
        });
        weights = Collections.unmodifiableMap(copy);
    }

    /// The fixed weights for a user with so many events: [#COLD] at none, [#WARM] from [#WARM_HISTORY] on, a
    /// straight line between.
    public static SignalWeights forHistory(int historySize) {
        if (historySize < 0) {
            throw new IllegalArgumentException("historySize must be at least 0, was " + historySize);
        }
        double warmth = Math.min(1, historySize / (double) WARM_HISTORY);
        Map<Signal, Double> mixed = new EnumMap<>(Signal.class);
        for (Signal signal : Signal.values()) {
            mixed.put(signal, warmth * WARM.of(signal) + (1 - warmth) * COLD.of(signal));
        }
        return new SignalWeights(mixed);
    }

    /// The same for a request that says what is wanted: as far as there is no history, [#SPOKEN] takes the place of
    /// [#COLD].
    public SignalWeights spoken(int historySize) {
        double warmth = Math.min(1, historySize / (double) WARM_HISTORY);
        Map<Signal, Double> shifted = new EnumMap<>(Signal.class);
        SPOKEN.weights.forEach(
                (signal, weight) -> shifted.put(signal, of(signal) + (1 - warmth) * (weight - COLD.of(signal))));
        return with(shifted);
    }

    /// Of weights by the signals' keys; a key that names no signal is left out.
    public static SignalWeights byKey(Map<String, Double> weights) {
        Map<Signal, Double> bySignal = new EnumMap<>(Signal.class);
        for (Signal signal : Signal.values()) {
            Double weight = weights.get(signal.key());
            if (weight != null) {
                bySignal.put(signal, weight);
            }
        }
        return new SignalWeights(bySignal);
    }

    /// The same with some weights replaced.
    public SignalWeights with(Map<Signal, Double> others) {
        Map<Signal, Double> mixed = new EnumMap<>(Signal.class);
        mixed.putAll(weights);
        mixed.putAll(others);
        return new SignalWeights(mixed);
    }

    /// The weights by the signals' keys.
    public Map<String, Double> byKey() {
        Map<String, Double> keys = new LinkedHashMap<>();
        weights.forEach((signal, weight) -> keys.put(signal.key(), weight));
        return keys;
    }

    /// The weight of a signal.
    public double of(Signal signal) {
        return weights.getOrDefault(signal, 0.0);
    }
}
