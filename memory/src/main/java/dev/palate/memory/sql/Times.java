package dev.palate.memory.sql;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Times as columns: microseconds since 1970, finer parts cut off. Stateless.
final class Times {
    private Times() {}

    static long column(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
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
