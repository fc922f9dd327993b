package dev.palate.memory.spending;

import dev.palate.memory.Require;
import java.time.LocalDate;

/// What a model took on a day for a purpose; also what is added to it.
///
/// @param day in UTC
/// @param role of the model, 1 to 40 characters
/// @param model its id, 1 to 128 characters
/// @param purpose of the calls, 1 to 40 characters
/// @param calls made
/// @param refused by the budget, not made
/// @param promptTokens read, cached ones included
/// @param cachedTokens of those
/// @param completionTokens written
/// @param micros of money, in millionths
public record Spending(
        LocalDate day,
        String role,
        String model,
        String purpose,
        long calls,
        long refused,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        long micros) {
    /// @throws dev.palate.memory.MemoryException `BAD_INPUT` outside the ranges
    public Spending {
        Require.text("role", role, 1, 40);
        Require.text("model", model, 1, 128);
        Require.text("purpose", purpose, 1, 40);
        Require.range("calls", calls, 0, Long.MAX_VALUE);
        Require.range("refused", refused, 0, Long.MAX_VALUE);
        Require.range("prompt tokens", promptTokens, 0, Long.MAX_VALUE);
        Require.range("cached tokens", cachedTokens, 0, Long.MAX_VALUE);
        Require.range("completion tokens", completionTokens, 0, Long.MAX_VALUE);
        Require.range("micros", micros, 0, Long.MAX_VALUE);
    }
}
