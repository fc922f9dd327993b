package dev.palate.memory.conversation;

import dev.palate.memory.Require;
import dev.palate.memory.slate.SlateId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One message of a conversation.
///
/// @param sequence 1, 2, 3 ... inside the conversation
/// @param text 1 to 4,000 characters
/// @param slate the slate shown with it, for the assistant's messages
/// @param level the model level that found the words, for the assistant's messages
public record Message(
        MessageId id,
        ConversationId conversation,
        TurnId turn,
        long sequence,
        Role role,
        String text,
        @Nullable SlateId slate,
        @Nullable String level,
        Instant at) {
    /// The longest message.
    public static final int MAX_TEXT = 4_000;

    public Message {
        Require.text("message", text, 1, MAX_TEXT);
    }
}
