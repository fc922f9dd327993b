package dev.palate.memory.index;

import dev.palate.memory.Require;
import java.util.Map;

/// How common words are among some memories, as BM25 asks.
///
/// @param memories how many there are
/// @param meanLength of their texts and quotes, in terms, at least 1
/// @param holders how many memories hold a term; a term that is left out has none
public record WordStatistics(long memories, double meanLength, Map<String, Long> holders) {
    public WordStatistics {
        Require.range("memories", memories, 0, Long.MAX_VALUE);
        Require.range("meanLength", meanLength, 1, Double.MAX_VALUE);
        holders = Map.copyOf(holders);
    }
}
