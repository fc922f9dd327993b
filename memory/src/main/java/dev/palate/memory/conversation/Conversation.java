package dev.palate.memory.conversation;

import dev.palate.memory.Require;
import dev.palate.memory.user.UserId;
import java.time.Instant;

/// A talk with one user.
///
/// @param title a few words for lists, at most 120 characters, may be empty
/// @param state what the agent keeps between turns, an opaque text of at most 64 KiB, may be empty
public record Conversation(
        ConversationId id, UserId user, String title, String state, Instant createdAt, Instant updatedAt) {
    public Conversation {
        Require.text("conversation title", title, 0, 120);
        Require.range("length of the conversation state", state.length(), 0, 65_536);
    }
}
