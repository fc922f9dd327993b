package dev.palate.memory.erase;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/// How old each kind may become.
///
/// @param ages zero for ever, else 1 minute to 100 years; kinds that are not named have their usual age
public record RetentionPolicy(Map<Kept, Duration> ages) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(36_525);

    /// @throws IllegalArgumentException naming the kind, the age seen and those allowed
    public RetentionPolicy {
        Map<Kept, Duration> all = new EnumMap<>(Kept.class);
        for (Kept kept : Kept.values()) {
            Duration age = ages.getOrDefault(kept, kept.usual());
            if (!age.isZero() && (age.compareTo(SHORTEST) < 0 || age.compareTo(LONGEST) > 0)) {
                throw new IllegalArgumentException("the longest age of " + kept.key()
                        + " must be forever, or 1 minute to 100 years, was " + age + "; write it as 90d");
            }
            all.put(kept, age);
        }
        ages = Map.copyOf(all);
    }

    /// The usual ages.
    public static RetentionPolicy usual() {
        return new RetentionPolicy(Map.of());
    }

    /// The longest age of a kind, zero for ever.
    public Duration age(Kept kept) {
        return ages.getOrDefault(kept, kept.usual());
    }
}
