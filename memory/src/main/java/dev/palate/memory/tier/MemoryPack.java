package dev.palate.memory.tier;

import dev.palate.memory.Require;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import java.util.Arrays;
import java.util.List;

/// The active memories of one subject with their raw text vectors. Immutable, thread-safe.
public final class MemoryPack {
    /// Of a memory beside its text, its terms and its vector: objects, ids, times.
    private static final int BYTES_A_MEMORY = 600;

    private final Subject subject;
    private final List<Memory> memories;
    private final int dimension;
    private final float[] vectors;
    private final boolean complete;
    private final PackWords words;

    /// @param vectors raw, row-major, memories × dimension, a zero row where one is missing; shared, not to be changed
    /// @param complete false when a vector is missing that could be computed
    MemoryPack(
            Subject subject, List<Memory> memories, int dimension, float[] vectors, boolean complete, PackWords words) {
        int length = memories.size() * dimension;
        Require.range("length of the vectors", vectors.length, length, length);
        this.subject = subject;
        this.memories = List.copyOf(memories);
        this.dimension = dimension;
        this.vectors = vectors;
        this.complete = complete;
        this.words = words;
    }

    /// Whose memories they are.
    public Subject subject() {
        return subject;
    }

    /// The active memories, oldest first, at most 400.
    public List<Memory> memories() {
        return memories;
    }

    /// The length of a vector.
    public int dimension() {
        return dimension;
    }

    /// The raw unit vectors in the order of the memories, row-major; a zero row where one is missing. Shared: read
    /// only.
    public float[] vectors() {
        return vectors;
    }

    /// A copy of the raw vector of the memory at the place given.
    public float[] vector(int place) {
        return Arrays.copyOfRange(vectors, place * dimension, (place + 1) * dimension);
    }

    /// False when time ran out before every vector was there.
    public boolean complete() {
        return complete;
    }

    PackWords words() {
        return words;
    }

    /// About how much heap it takes.
    int byteSize() {
        long bytes = 4L * vectors.length + words.byteSize();
        for (Memory memory : memories) {
            bytes += BYTES_A_MEMORY + 2L * memory.text().length();
            bytes += memory.evidence().stream()
                    .mapToLong(evidence -> 150 + 2L * evidence.quote().length())
                    .sum();
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }
}
