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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// What was used since the last flush: last time and a count that halves every two weeks. At most 100,000
/// subjects and as many memories, then new ones are left out until the flush. Thread-safe; never writes by itself.
final class AccessLog {
    static final double HALF_LIFE_SECONDS = Duration.ofDays(14).toSeconds();

    private static final int MOST = 100_000;

    private final InstantSource clock;
    private final ConcurrentMap<Subject, Count> subjects = new ConcurrentHashMap<>();
    private final ConcurrentMap<Used, Count> memories = new ConcurrentHashMap<>();

    private record Used(Subject subject, MemoryId memory) {}

    /// Guarded by itself.
    private static final class Count {
        private Instant last = Instant.MIN;
        private double weight;

        synchronized void again(Instant now) {
            weight = 1 + (weight == 0 || now.equals(last) ? weight : AccessLog.weight(weight, last, now));
            last = now;
        }

        synchronized Access access(Subject subject, @Nullable MemoryId memory) {
            return new Access(subject, memory, last, weight);
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
        used(subjects, subject);
    }

    void used(Subject subject, MemoryId memory) {
        used(memories, new Used(subject, memory));
    }

    private <K> void used(ConcurrentMap<K, Count> counts, K key) {
        Count count = counts.get(key);
        if (count == null) {
            if (counts.size() >= MOST) {
                return;
            }
            count = counts.computeIfAbsent(key, unused -> new Count());
        }
        count.again(clock.instant());
    }

    /// Takes out everything, in a fixed order. Of uses counted at the same moment one may be lost.
    List<Access> drain() {
        List<Access> drained = new ArrayList<>();
        for (Subject subject : subjects.keySet()) {
            Count count = subjects.remove(subject);
            if (count != null) {
                drained.add(count.access(subject, null));
            }
        }
        for (Used used : memories.keySet()) {
            Count count = memories.remove(used);
            if (count != null) {
                drained.add(count.access(used.subject(), used.memory()));
            }
        }
        drained.removeIf(access -> access.weight() == 0);
        drained.sort(Comparator.comparing((Access access) -> access.subject().type())
                .thenComparing(access -> access.subject().id())
                .thenComparing(
                        access -> access.memory() == null ? "" : access.memory().value()));
        return drained;
    }

    /// Drops what is known of memories that are erased.
    void forget(Set<MemoryId> erased) {
        memories.keySet().removeIf(used -> erased.contains(used.memory()));
    }

    /// Drops what is known of a subject that is erased.
    void forget(Subject subject) {
        subjects.remove(subject);
        memories.keySet().removeIf(used -> used.subject().equals(subject));
    }
}
