package dev.palate.memory.gate;

import dev.palate.memory.Require;

/// How much may be written.
///
/// @param perTurn new or changed memories in one turn or call, at least 1
/// @param perSubject active memories of one subject, 1 to 400
/// @param overlap share of a quote's words that must stand in the source in their order, in (0, 1]
public record GateLimits(int perTurn, int perSubject, double overlap) {
    /// Three a turn, 400 a subject, 0.85 of the words.
    public static final GateLimits DEFAULT = new GateLimits(3, 400, 0.85);

    public GateLimits {
        Require.range("memories per turn", perTurn, 1, 400);
        Require.range("memories per subject", perSubject, 1, 400);
        Require.range("overlap", overlap, 0.01, 1);
    }
}
