package dev.palate.retrieval.candidate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import java.time.Duration;
import java.time.Instant;

/// How much a memory moves a list at a given time. Stateless.
///
/// A memory fades by half in a time that depends on its kind, and never below a floor: decay weighs, it does not
/// delete.
public final class MemoryDecay {
    private static final double FLOOR = 0.3;
    private static final double CEILING = 1.5;

    private MemoryDecay() {}

    /// Polarity × strength × decay since the last change, in [-1.5, 1.5].
    public static double effect(Memory memory, Instant now) {
        return memory.polarity() * memory.strength() * factor(memory, now);
    }

    /// The decay alone, in [0.3, 1.5].
    static double factor(Memory memory, Instant now) {
        double halfLife = halfLifeDays(memory.kind());
        double days = Duration.between(memory.updatedAt(), now).toMillis() / 86_400_000.0;
        return Math.clamp(Math.pow(0.5, days / halfLife), FLOOR, CEILING);
    }

    private static double halfLifeDays(MemoryKind kind) {
        return switch (kind) {
            case EPISODE -> 14;
            case THEME -> 60;
            case PREFERENCE -> 180;
            case TRAIT -> 365;
            // A constraint holds until it is taken back, a profile until it is rebuilt.
            case CONSTRAINT, PROFILE -> Double.POSITIVE_INFINITY;
        };
    }
}
