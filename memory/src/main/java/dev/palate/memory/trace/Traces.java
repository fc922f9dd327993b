package dev.palate.memory.trace;

import dev.palate.memory.Page;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The traces of turns. Thread-safe; a write returns once it is on disk. They are no part of what is recommended: no
/// change of the feed tells of them.
public interface Traces {
    /// Keeps the traces in one commit. One whose conversation is gone is left out, and so is one whose message made a
    /// memory that is gone; others that worked with memories that are gone are kept redacted.
    ///
    /// @return how many were kept
    int put(List<TurnTrace> traces);

    /// The trace of a turn.
    Optional<TurnTrace> trace(TurnId turn);

    /// The turn that showed a slate.
    Optional<TurnId> ofSlate(SlateId slate);

    /// The turns of a conversation, newest first.
    Page<TraceHead> page(ConversationId conversation, @Nullable String cursor, int limit);

    /// The traces of a user's turns, newest first.
    Page<TurnTrace> page(UserId user, @Nullable String cursor, int limit);

    /// How many there are.
    long count();

    /// Deletes the oldest until no more than `most` are left, as bulk work, at most 1,000 in a call.
    ///
    /// @return how many went
    int trim(long most);
}
