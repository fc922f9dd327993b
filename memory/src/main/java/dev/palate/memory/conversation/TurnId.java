package dev.palate.memory.conversation;

import dev.palate.memory.Require;

/// The id of a turn, a UUIDv7.
public record TurnId(String value) implements Comparable<TurnId> {
    public TurnId {
        Require.id("turn id", value);
    }

    @Override
    public int compareTo(TurnId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
