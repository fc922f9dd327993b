package dev.palate.memory.tier;

import dev.palate.memory.memory.ColdMemories.Access;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// What was used since the last flush: last time and a count that halves every two weeks. At most 100,000 entries, then
/// new ones are left out until the flush. Thread-safe; never writes by itself.
final class AccessLog {
    static final double HALF_LIFE_SECONDS = Duration.ofDays(14).toSeconds();

    private static final int MOST = 100_000;

    private final InstantSource clock;
    private final ConcurrentMap<Used, Count> counts = new ConcurrentHashMap<>();

    private record Used(Subject subject, @Nullable MemoryId memory) {}

    private record Count(Instant last, double weight) {
        Count again(Instant now) {
            return new Count(now, 1 + AccessLog.weight(weight, last, now));
        }
    }

    AccessLog(InstantSource clock) {
        this.clock = clock;
    }

    /// The weight at the later time.
    static double weight(double weight, Instant last, Instant now) {
        double seconds = Math.max(0, Duration.between(last, now).toMillis() / 1e3);
        return weight * Math.pow(2, -seconds / HALF_LIFE_SECONDS);
    }

    void used(Subject subject) {
        used(new Used(subject, null));
    }

    void used(Subject subject, MemoryId memory) {
        used(new Used(subject, memory));
    }

    private void used(Used used) {
        Instant now = clock.instant();
        if (counts.size() < MOST || counts.containsKey(used)) {
            counts.merge(used, new Count(now, 1), (count, one) -> count.again(now));
        }
    }

    /// Takes out everything, in a fixed order. Uses counted meanwhile come with this flush or the next.
    List<Access> drain() {
        List<Access> drained = new ArrayList<>();
        for (Used used : counts.keySet()) {
            Count count = counts.remove(used);
            if (count != null) {
                drained.add(new Access(used.subject(), used.memory(), count.last(), count.weight()));
            }
        }
        drained.sort(Comparator.comparing((Access access) -> access.subject().type())
                .thenComparing(access -> access.subject().id())
                .thenComparing(
                        access -> access.memory() == null ? "" : access.memory().value()));
        return drained;
    }

    /// Drops what is known of a subject that is erased.
    void forget(Subject subject) {
        counts.keySet().removeIf(used -> used.subject().equals(subject));
    }
}
