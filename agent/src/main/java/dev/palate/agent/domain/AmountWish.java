package dev.palate.agent.domain;

/// What a message asks of an [Amount].
public sealed interface AmountWish {
    /// Of which.
    Amount amount();

    /// A span by numbers, both ends included; infinite for an open end.
    record Between(Amount amount, double from, double to) implements AmountWish {}

    /// Little or much of it, among what else is asked for.
    ///
    /// @param much false for little
    record Some(Amount amount, boolean much) implements AmountWish {}

    /// Less or more than what was shown last.
    ///
    /// @param more false for less
    record Than(Amount amount, boolean more) implements AmountWish {}
}
