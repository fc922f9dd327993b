package dev.palate.memory.conversation;

import dev.palate.memory.Page;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The conversations, as the truth has them. Thread-safe; a write returns once it is on disk.
public interface Conversations {
    /// A new conversation; the user is made when unknown.
    Conversation start(UserId user);

    /// A new conversation of a user who is there.
    ///
    /// @throws dev.palate.memory.MemoryException `NOT_FOUND` when the user is not, nothing is written
    ///     then
    Conversation startOfKnown(UserId user);

    /// The conversation.
    Optional<Conversation> conversation(ConversationId id);

    /// A user's conversations, latest change first.
    Page<Conversation> page(UserId user, @Nullable String cursor, int limit);

    /// Appends a message at the end and returns it with its id, sequence and time.
    Message append(
            ConversationId conversation,
            TurnId turn,
            Role role,
            String text,
            @Nullable SlateId slate,
            @Nullable String level);

    /// The newest `limit` messages, oldest first.
    List<Message> latest(ConversationId conversation, int limit);

    /// The message, from any conversation.
    Optional<Message> message(MessageId id);

    /// A page of messages, oldest first.
    Page<Message> messages(ConversationId conversation, @Nullable String cursor, int limit);

    /// Replaces the agent's state and, when given, the title.
    void keep(ConversationId conversation, String state, @Nullable String title);
}
