package dev.palate.memory.access;

import dev.palate.memory.Require;

/// The public id of an API key; not the secret.
public record KeyId(String value) implements Comparable<KeyId> {
    public KeyId {
        Require.id("key id", value);
    }

    @Override
    public int compareTo(KeyId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
