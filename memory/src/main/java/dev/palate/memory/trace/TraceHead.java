package dev.palate.memory.trace;

import dev.palate.memory.Require;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a turn was, in short.
///
/// @param message the user's
/// @param at when it began
/// @param intent what the message was taken to mean, empty when the turn did not come so far
/// @param level the lowest model level that served it
/// @param finish `stop`, `cancelled`, `deadline`, or the code of a failure
/// @param micros from start to end
/// @param model of language, empty when none was asked
/// @param modelVersion of the collaborative model, empty when no list was made
/// @param changeNumber the newest change of the store when it began
/// @param slate the list it showed, absent when it showed none
public record TraceHead(
        TurnId turn,
        ConversationId conversation,
        UserId user,
        MessageId message,
        Instant at,
        String intent,
        String level,
        String finish,
        long micros,
        String model,
        String modelVersion,
        long changeNumber,
        @Nullable SlateId slate,
        Tokens tokens) {
    /// What a language model was asked for.
    ///
    /// @param prompt tokens read
    /// @param cached of those, the ones whose evaluation was reused
    /// @param completion tokens written
    /// @param calls requests to a model
    public record Tokens(long prompt, long cached, long completion, int calls) {
        /// No model was asked.
        public static final Tokens NONE = new Tokens(0, 0, 0, 0);
    }

    public TraceHead {
        Require.text("intent", intent, 0, 40);
        Require.text("model level", level, 0, 40);
        Require.text("finish", finish, 0, 40);
        model = model.substring(0, Math.min(model.length(), 128));
        modelVersion = modelVersion.substring(0, Math.min(modelVersion.length(), 128));
    }
}
