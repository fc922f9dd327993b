package dev.palate.agent.llm;

/// Bounds of a filled answer.
///
/// @param maxTokens 1 to [#MOST_TOKENS]
public record FillLimits(int maxTokens) {
    /// Most tokens that may be asked for.
    public static final int MOST_TOKENS = 2_048;

    /// @throws IllegalArgumentException outside the range
    public FillLimits {
        if (maxTokens < 1 || maxTokens > MOST_TOKENS) {
            throw new IllegalArgumentException("maxTokens must be in [1, " + MOST_TOKENS + "], was " + maxTokens);
        }
    }
}
