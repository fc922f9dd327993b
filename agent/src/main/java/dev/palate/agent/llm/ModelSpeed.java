package dev.palate.agent.llm;

import java.time.Duration;

/// Measured speed of a model.
///
/// @param promptTokensPerSecond reading, above 0
/// @param generatedTokensPerSecond writing, above 0
public record ModelSpeed(double promptTokensPerSecond, double generatedTokensPerSecond) {
    /// @throws IllegalArgumentException for a rate that is not above 0
    public ModelSpeed {
        if (!(promptTokensPerSecond > 0) || !(generatedTokensPerSecond > 0)) {
            throw new IllegalArgumentException(
                    "token rates must be above 0, were " + promptTokensPerSecond + " and " + generatedTokensPerSecond);
        }
    }

    /// How many fresh prompt tokens can be read before the first word is due.
    public int promptTokensWithin(Duration firstWord) {
        return (int) Math.min(Integer.MAX_VALUE, promptTokensPerSecond * firstWord.toMillis() / 1000.0);
    }
}
