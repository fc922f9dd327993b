package dev.palate.agent.llm.local;

import java.util.List;

/// What server and model process tell each other. `id` is the call's number; an answer to a call that nobody waits
/// for
/// any more is dropped by it.
sealed interface Frame {
    /// From the server to the process.
    sealed interface Command extends Frame {}

    /// From the process to the server.
    sealed interface Event extends Frame {}

    /// The last event of a call.
    sealed interface Final extends Event {
        long id();
    }

    /// Weigh the options; answered by [Weighed] or [Refused].
    record Weigh(long id, long millis, String system, String user, List<String> options) implements Command {}

    /// Write; answered by [Piece]s, then [Written] or [Refused]. An empty grammar means free words.
    record Write(long id, long millis, String system, String user, String grammar, int maxTokens) implements Command {}

    /// End this call; without effect when it has ended.
    record Cancel(long id) implements Command {}

    /// Clear the attention cache and every copy of parts of it; answered by [Forgotten].
    record Forget(long id) implements Command {}

    /// The weights are loaded; sent once.
    record Loaded(long millis) implements Event {}

    /// The process is alive; sent about every half second from its start on.
    record Beat() implements Event {}

    /// A part of the answer, whole characters.
    record Piece(long id, String text) implements Event {}

    /// The weights of the options, in their order.
    record Weighed(long id, List<Double> logLikelihoods, Work work) implements Final {}

    /// The answer is complete.
    record Written(long id, Ending ending, Work work) implements Final {}

    /// The cache is cleared.
    ///
    /// @param tokens that were in the live cache
    /// @param prefixes copies of system texts that were kept
    /// @param left tokens and copies found when asked again afterwards
    record Forgotten(long id, int tokens, int prefixes, int left) implements Final {}

    /// The call failed; the process goes on.
    record Refused(long id, Reason reason, String message) implements Final {}

    /// Why an answer ended.
    enum Ending {
        STOP,
        LENGTH,
        /// The call's time was over.
        TIME,
        CANCELLED
    }

    /// Why a call failed.
    enum Reason {
        TOO_LONG,
        BAD_REQUEST,
        /// The call's time was over before there was an answer.
        TIME,
        CANCELLED,
        FAULT
    }

    /// What a call took.
    ///
    /// @param promptTokens all of the prompt's
    /// @param cachedTokens those not evaluated again
    /// @param completionTokens written
    /// @param readNanos time for the fresh prompt tokens
    /// @param writeNanos time for the rest
    record Work(int promptTokens, int cachedTokens, int completionTokens, long readNanos, long writeNanos) {}
}
