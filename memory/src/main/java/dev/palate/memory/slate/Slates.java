package dev.palate.memory.slate;

import dev.palate.memory.Page;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Slates as they were shown. Thread-safe; a write returns once it is on disk.
public interface Slates {
    /// Keeps the slate.
    void put(SlateRecord slate);

    /// The slate.
    Optional<SlateRecord> slate(SlateId id);

    /// A page of the slates shown to a user, in conversations too, newest id first.
    Page<SlateRecord> page(UserId user, @Nullable String cursor, int limit);

    /// The slates of a conversation, oldest first, at most `limit` of the newest.
    List<SlateRecord> ofConversation(ConversationId conversation, int limit);
}
