package dev.palate.agent.llm;

/// Receives an answer while it is written. Called by the thread that made the call, never after the call has ended.
@FunctionalInterface
public interface TokenSink {
    /// Takes the next piece: whole characters, never empty, not to be trusted.
    ///
    /// @return false to end the answer here
    boolean accept(String piece);

    /// Whether the answer is no longer wanted; asked at least every [LanguageModel#CANCEL_POLL], also while the
    /// model
    /// still reads the prompt. Must be cheap and thread-safe.
    default boolean cancelled() {
        return false;
    }
}
