package dev.palate.memory.tier;

import dev.palate.memory.Require;
import dev.palate.memory.memory.ColdMemories.Access;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import java.util.List;
import java.util.Map;

/// Memories with what their scores are computed from. Immutable, thread-safe.
///
/// @param vectors raw, row-major, memories × dimension, a zero row where one is missing; shared, not to be
/// changed
/// @param complete false when a vector is missing that could be computed
/// @param words of the memories, in their order
/// @param encoder the version of the encoder of the vectors
/// @param uses of those that were used, as of when they were read
record EncodedMemories(
        List<Memory> memories,
        int dimension,
        float[] vectors,
        boolean complete,
        PackWords words,
        String encoder,
        Map<MemoryId, Access> uses) {
    EncodedMemories {
        memories = List.copyOf(memories);
        uses = Map.copyOf(uses);
        int length = memories.size() * dimension;
        Require.range("length of the vectors", vectors.length, length, length);
    }
}
