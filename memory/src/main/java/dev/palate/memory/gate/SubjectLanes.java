package dev.palate.memory.gate;

import dev.palate.memory.MemoryException;
import dev.palate.memory.memory.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// One writer of a subject at a time: what is judged must be what is written to. A fixed number of locks, of
/// which several subjects share one; taken in their order, so that nobody waits in a circle. Thread-safe.
final class SubjectLanes {
    private static final int LANES = 64;

    private final Duration patience;
    private final List<ReentrantLock> lanes =
            Stream.generate(ReentrantLock::new).limit(LANES).toList();

    /// @param patience how long a writer waits for each lane
    SubjectLanes(Duration patience) {
        this.patience = patience;
    }

    /// Does the work while no other work of one of the subjects is done.
    ///
    /// @throws MemoryException `BUSY` when others take too long
    <T> T within(Collection<Subject> subjects, Supplier<T> work) {
        List<ReentrantLock> mine = subjects.stream()
                .map(subject -> Math.floorMod(subject.hashCode(), LANES))
                .distinct()
                .sorted()
                .map(lanes::get)
                .toList();
        List<ReentrantLock> held = new ArrayList<>(mine.size());
        try {
            for (ReentrantLock lane : mine) {
                take(lane);
                held.add(lane);
            }
            return work.get();
        } finally {
            held.reversed().forEach(ReentrantLock::unlock);
        }
    }

    private void take(ReentrantLock lane) {
        try {
            if (lane.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MemoryException(
                    MemoryException.Code.BUSY, "interrupted while another write of the same subject was under way", e);
        }
        throw new MemoryException(
                MemoryException.Code.BUSY,
                "another write of the same subject has been under way for " + patience.toSeconds() + " s; try again");
    }
}
