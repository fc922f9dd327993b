package dev.palate.memory.conversation;

import dev.palate.memory.Require;

/// The id of a conversation, a UUIDv7.
public record ConversationId(String value) implements Comparable<ConversationId> {
    public ConversationId {
        Require.id("conversation id", value);
    }

    @Override
    public int compareTo(ConversationId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
