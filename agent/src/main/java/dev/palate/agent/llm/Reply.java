package dev.palate.agent.llm;

/// An answer in words, complete or cut.
///
/// @param text everything that was handed to the sink, joined; not to be trusted
/// @param usage what it took
/// @param finish why it ended
public record Reply(String text, Usage usage, Finish finish) {
    /// Why an answer ended.
    public enum Finish {
        /// The model was done.
        STOP,
        /// The token limit was reached.
        LENGTH,
        /// The deadline passed; the text is what there was by then.
        DEADLINE,
        /// The sink wanted no more.
        CANCELLED
    }

    /// Tokens read.
    public long promptTokens() {
        return usage.promptTokens();
    }

    /// Tokens written.
    public long completionTokens() {
        return usage.completionTokens();
    }
}
