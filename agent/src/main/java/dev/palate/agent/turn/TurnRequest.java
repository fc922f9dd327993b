package dev.palate.agent.turn;

import dev.palate.memory.Require;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;

/// A user's message to be answered.
///
/// @param content 1 to 4,000 characters
/// @param size how many items, 1 to 20
/// @param models whether a language model may be asked
public record TurnRequest(ConversationId conversation, String content, int size, UseModels models) {
    /// Whether a language model may be asked.
    public enum UseModels {
        /// Where it helps and is ready.
        AUTO,
        /// Never: the turn runs at T0.
        NEVER
    }

    public TurnRequest {
        Require.text("content", content, 1, Message.MAX_TEXT);
        Require.range("n", size, 1, 20);
    }
}
