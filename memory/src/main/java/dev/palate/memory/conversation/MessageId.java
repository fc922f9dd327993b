package dev.palate.memory.conversation;

import dev.palate.memory.Require;

/// The id of a message, a UUIDv7.
public record MessageId(String value) implements Comparable<MessageId> {
    public MessageId {
        Require.id("message id", value);
    }

    @Override
    public int compareTo(MessageId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
