package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import java.util.List;

/// How near a text is to memories in meaning.
@FunctionalInterface
public interface Similarity {
    /// Where there are no vectors: nothing is near.
    Similarity UNKNOWN = (_, memories) -> new double[memories.size()];

    /// Cosines of the centred vectors, each in [-1, 1]; 0 where one of the two is missing.
    ///
    /// @param memories of one subject
    double[] cosines(String text, List<Memory> memories);
}
