package dev.palate.memory.interaction;

import dev.palate.memory.Require;

/// The id of an interaction: writing the same id twice is one interaction.
public record InteractionId(String value) implements Comparable<InteractionId> {
    public InteractionId {
        Require.id("interaction id", value);
    }

    @Override
    public int compareTo(InteractionId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
