package dev.palate.memory.tier;

import dev.palate.memory.memory.ColdMemories.Access;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Trust;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How much a memory still counts, by whose word it is and by its age. Stateless.
public final class Fading {
    private static final double LEAST = 0.3;
    private static final double MOST = 1.5;
    private static final double HALF_WAY = 2;
    private static final double SECONDS_A_DAY = 86_400;

    private Fading() {}

    /// As below, without uses.
    public static double decay(Memory memory, Instant now) {
        return decay(memory, null, now);
    }

    /// `2^(-age / half-life) · (0.5 + strength)`, held in [0.3, 1.5]: 1 for a new memory of middling strength. The age
    /// is that of the last change, moved towards the last use by the share `w / (w + 2)` of the way, where `w`
    /// counts the uses, each half for two weeks before the last. Use alone therefore never makes a memory count
    /// for more than it did when it was said.
    ///
    /// @param use absent when it was not used, or is not to count
    static double decay(Memory memory, @Nullable Access use, Instant now) {
        double days = Math.max(0, seconds(memory.updatedAt(), now) / SECONDS_A_DAY);
        if (use != null && use.last().isAfter(memory.updatedAt()) && !use.last().isAfter(now)) {
            double closer = seconds(memory.updatedAt(), use.last()) / SECONDS_A_DAY;
            days = Math.max(0, days - closer * use.weight() / (use.weight() + HALF_WAY));
        }
        double fresh = Math.pow(2, -days / halfLifeDays(memory.kind()));
        return Math.clamp(fresh * (0.5 + memory.strength()), LEAST, MOST);
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
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
