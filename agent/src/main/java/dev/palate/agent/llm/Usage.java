package dev.palate.agent.llm;

/// Tokens of one or more calls.
///
/// @param promptTokens read, cached ones included
/// @param cachedTokens of those, the ones whose evaluation was reused
/// @param completionTokens written
public record Usage(long promptTokens, long cachedTokens, long completionTokens) {
    /// Nothing read, nothing written.
    public static final Usage NONE = new Usage(0, 0, 0);

    /// @throws IllegalArgumentException unless all are 0 or more and cached <= prompt
    public Usage {
        if (promptTokens < 0 || cachedTokens < 0 || completionTokens < 0 || cachedTokens > promptTokens) {
            throw new IllegalArgumentException("token counts must be 0 or more and cached <= prompt, were prompt "
                    + promptTokens + ", cached " + cachedTokens + ", completion " + completionTokens);
        }
    }

    /// Both together.
    public Usage plus(Usage other) {
        return new Usage(
                promptTokens + other.promptTokens,
                cachedTokens + other.cachedTokens,
                completionTokens + other.completionTokens);
    }

    /// Prompt and completion tokens together.
    public long total() {
        return promptTokens + completionTokens;
    }
}
