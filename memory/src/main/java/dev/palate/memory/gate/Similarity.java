package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;

/// How near a text is to a memory in meaning.
@FunctionalInterface
public interface Similarity {
    /// Where there are no vectors: nothing is near.
    Similarity UNKNOWN = (_, _) -> 0;

    /// Cosine of the centred vectors, in [-1, 1]; 0 when one of them is missing.
    double cosine(String text, Memory memory);
}
