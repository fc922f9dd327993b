package dev.palate.memory.index;

import dev.palate.memory.memory.MemoryId;

/// A memory found by a search.
///
/// @param score higher is better; what it measures the search says
public record ScoredMemory(MemoryId memory, float score) {}
