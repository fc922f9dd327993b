package dev.palate.agent.turn;

import java.util.function.Consumer;

/// Answers messages. Thread-safe; at most one turn a conversation at a time, and a stated number in all.
public interface ChatAgent {
    /// Starts a turn: the user's message is on disk when this returns. Events are given to the listener one at a time,
    /// in order, from another thread; a listener that throws ends the turn.
    ///
    /// @throws dev.palate.agent.AgentException `BUSY` when this conversation or the agent has no free lane,
    ///     `NOT_FOUND` when there is no such conversation
    Turn start(TurnRequest request, Consumer<TurnEvent> listener);
}
