package dev.palate.memory.tier;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Trust;
import java.time.Duration;
import java.time.Instant;

/// How much a memory still counts, by whose word it is and by its age. Stateless.
public final class Fading {
    private static final double LEAST = 0.3;
    private static final double MOST = 1.5;
    private static final double SECONDS_A_DAY = 86_400;

    private Fading() {}

    /// `2^(-age / half-life) · (0.5 + strength)`, held in [0.3, 1.5]: 1 for a new memory of middling strength. The age
    /// is that of the last change.
    public static double decay(Memory memory, Instant now) {
        double days = Math.max(0, Duration.between(memory.updatedAt(), now).toSeconds() / SECONDS_A_DAY);
        double fresh = Math.pow(2, -days / halfLifeDays(memory.kind()));
        return Math.clamp(fresh * (0.5 + memory.strength()), LEAST, MOST);
    }

    /// Constraints hold until they are taken back, and a profile is rebuilt rather than left to fade.
    private static double halfLifeDays(MemoryKind kind) {
        return switch (kind) {
            case EPISODE -> 14;
            case THEME -> 60;
            case PREFERENCE -> 180;
            case TRAIT -> 365;
            case CONSTRAINT, PROFILE -> Double.POSITIVE_INFINITY;
        };
    }

    /// In (0, 1], falling in the order of the declared trust.
    public static double trust(Trust trust) {
        return switch (trust) {
            case OPERATOR, STATED -> 1;
            case BEHAVIOUR -> 0.8;
            case IMPORTED -> 0.7;
            case INFERRED -> 0.6;
            case PROPAGATED -> 0.4;
        };
    }
}
