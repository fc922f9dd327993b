package dev.palate.memory.tier;

import dev.palate.memory.memory.Memory;

/// A memory called to mind by some words, with how it got there.
///
/// `score = (0.5 · semantic + 0.3 · bm25 + 0.2 · slot) · trust · decay`
///
/// @param semantic cosine of the centred vectors (raw ones while nothing is centred), in [0, 1], negative ones as 0
/// @param bm25 of text and quotes inside the subject's memories, in [0, 1]
/// @param slot 1 when the words name what the memory speaks of, else 0
/// @param trust in (0, 1], by the memory's trust
/// @param decay in [0.3, 1.5], by kind, age and strength
public record RecalledMemory(
        Memory memory, double score, double semantic, double bm25, double slot, double trust, double decay) {
    private static final double SEMANTIC = 0.5;
    private static final double BM25 = 0.3;
    private static final double SLOT = 0.2;

    static RecalledMemory of(Memory memory, double semantic, double bm25, double slot, double trust, double decay) {
        double match = SEMANTIC * semantic + BM25 * bm25 + SLOT * slot;
        return new RecalledMemory(memory, match * trust * decay, semantic, bm25, slot, trust, decay);
    }
}
