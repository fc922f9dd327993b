package dev.palate.retrieval.factor;

/// How much less an older event of a history counts: the newest has weight 1, each one before it `factor` times as
/// much.
///
/// @param factor in (0, 1]; 1 gives all events the same weight
/// @param maximumEvents the newest events that are looked at, at least 1
public record HistoryDecay(double factor, int maximumEvents) {
    /// Every event counts the same.
    public static final HistoryDecay NONE = new HistoryDecay(1, Integer.MAX_VALUE);

    /// Of the signals of texts and categories: what serves lists and what fits their weights must use the same.
    public static final HistoryDecay CONTENTS = HistoryDecay.of(0.9);

    private static final double NEGLIGIBLE = 1e-4;

    /// @throws IllegalArgumentException when a value is out of range
    public HistoryDecay {
        if (!(factor > 0 && factor <= 1)) {
            throw new IllegalArgumentException("history decay must be in (0, 1], was " + factor);
        }
        if (maximumEvents < 1) {
            throw new IllegalArgumentException("maximumEvents must be at least 1, was " + maximumEvents);
        }
    }

    /// Over all events whose weight is not negligible.
    public static HistoryDecay of(double factor) {
        return new HistoryDecay(factor, Integer.MAX_VALUE);
    }

    /// The number of newest events of a history with a weight above one ten-thousandth.
    int depth(int historySize) {
        int depth = Math.min(historySize, maximumEvents);
        if (factor == 1) {
            return depth;
        }
        return (int) Math.min(depth, Math.floor(Math.log(NEGLIGIBLE) / Math.log(factor)) + 1);
    }

    /// The weight of the event `age` places before the newest.
    float weight(int age) {
        return (float) Math.pow(factor, age);
    }
}
