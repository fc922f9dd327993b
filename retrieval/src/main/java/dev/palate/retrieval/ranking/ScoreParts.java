package dev.palate.retrieval.ranking;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// What each signal added to a candidate's score.
///
/// @param parts weight times z-score of every signal that was present
public record ScoreParts(Map<Signal, Float> parts) {
    /// Copies the map.
    public ScoreParts {
        Map<Signal, Float> copy = new EnumMap<>(Signal.class);
        copy.putAll(parts);
        parts = Collections.unmodifiableMap(copy);
    }

    /// The score: the sum of the parts in the order of [Signal].
    public float score() {
        double sum = 0;
        for (float part : parts.values()) {
            sum += part;
        }
        return (float) sum;
    }
}
