package dev.palate.memory.slate;

import dev.palate.memory.Require;

/// The id of a slate, a UUIDv7.
public record SlateId(String value) implements Comparable<SlateId> {
    public SlateId {
        Require.id("recommendation id", value);
    }

    @Override
    public int compareTo(SlateId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
