package dev.palate.memory.tier;

import java.util.List;

/// What some words called to mind.
///
/// @param memories best first
/// @param semantic false when time ran out before the words or all memories had their vectors; the rest still counts
public record Recall(List<RecalledMemory> memories, boolean semantic) {
    public Recall {
        memories = List.copyOf(memories);
    }
}
