package dev.palate.memory.sql;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Times as columns: microseconds since 1970, finer parts cut off. What lies beyond the numbers of a column,
/// some 292,000 years from now, is the last or the first of them: the doors allow the years 1 to 9999, and a
/// question for "before the end of time" has an answer. Stateless.
final class Times {
    private static final long MOST_SECONDS = Long.MAX_VALUE / 1_000_000 - 1;

    private Times() {}

    static long column(Instant time) {
        long seconds = time.getEpochSecond();
        if (seconds > MOST_SECONDS || seconds < -MOST_SECONDS) {
            return seconds > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        return seconds * 1_000_000 + time.getNano() / 1_000;
    }

    static @Nullable Long columnOrNull(@Nullable Instant time) {
        return time == null ? null : column(time);
    }

    static Instant of(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static Instant cut(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS);
    }

    static @Nullable Instant cutOrNull(@Nullable Instant time) {
        return time == null ? null : cut(time);
    }
}
