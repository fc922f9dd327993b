package dev.palate.memory.slate;

import dev.palate.memory.conversation.ConversationId;
import java.util.List;
import java.util.Optional;

/// Slates as they were shown. Thread-safe; a write returns once it is on disk.
public interface Slates {
    /// Keeps the slate.
    void put(SlateRecord slate);

    /// The slate.
    Optional<SlateRecord> slate(SlateId id);

    /// The slates of a conversation, oldest first, at most `limit` of the newest.
    List<SlateRecord> ofConversation(ConversationId conversation, int limit);
}
