package dev.palate.retrieval.ranking;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// The signals of one request: for each that is present one value per candidate.
///
/// @param candidateCount number of candidates, at least 0
/// @param values each of length `candidateCount`, shared, not copied; NaN where a signal knows nothing of a candidate
public record Signals(int candidateCount, Map<Signal, float[]> values) {
    /// @throws IllegalArgumentException when a length is wrong
    public Signals {
        if (candidateCount < 0) {
            throw new IllegalArgumentException("candidateCount must be at least 0, was " + candidateCount);
        }
        Map<Signal, float[]> copy = new EnumMap<>(Signal.class);
        copy.putAll(values);
        for (Map.Entry<Signal, float[]> entry : copy.entrySet()) {
            if (entry.getValue().length != candidateCount) {
                throw new IllegalArgumentException("signal {" + entry.getKey().key() + "} needs " + candidateCount
                        + " values, one per candidate, had " + entry.getValue().length);
            }
        }
        values = Collections.unmodifiableMap(copy);
    }
}
