package dev.palate.retrieval.candidate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the sources answered in time.
///
/// @param answers by signal, in the order of the sources; sources that had nothing to say are not in it
/// @param degraded the signals of the sources that failed or were late, in the same order
public record Gathered(Map<String, Scored> answers, List<String> degraded) {
    public Gathered {
        answers = Collections.unmodifiableMap(new LinkedHashMap<>(answers));
        degraded = List.copyOf(degraded);
    }
}
