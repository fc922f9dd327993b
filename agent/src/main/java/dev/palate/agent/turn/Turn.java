package dev.palate.agent.turn;

import dev.palate.memory.conversation.TurnId;
import java.util.concurrent.CompletableFuture;

/// A turn under way. Thread-safe.
public interface Turn {
    /// Its id.
    TurnId id();

    /// Ends it as soon as may be: words stop, what was shown stays.
    void cancel();

    /// Done when the last event has been given; never exceptionally.
    CompletableFuture<TurnEvent> done();
}
