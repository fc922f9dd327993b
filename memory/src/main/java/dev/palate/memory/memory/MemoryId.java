package dev.palate.memory.memory;

import dev.palate.memory.Require;

/// The id of a memory, a UUIDv7.
public record MemoryId(String value) implements Comparable<MemoryId> {
    public MemoryId {
        Require.id("memory id", value);
    }

    @Override
    public int compareTo(MemoryId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
