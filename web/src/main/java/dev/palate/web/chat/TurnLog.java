package dev.palate.web.chat;

import dev.palate.agent.turn.Turn;
import dev.palate.agent.turn.TurnEvent;
import dev.palate.memory.memory.MemoryId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The events of one turn as they come, to be read from any place by any number of readers.
///
/// The writer never waits for a reader. At most 2,000 events are kept: past that, further words are left out, since
/// the completed message holds them all. Thread-safe.
final class TurnLog {
    private static final int MAX_EVENTS = 2_000;

    /// What came after a place in the log.
    ///
    /// @param events in order, the first has the sequence number after the one asked for
    /// @param over true when no event will come after these
    record Batch(List<TurnEvent> events, boolean over) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<TurnEvent> events = new ArrayList<>();
    private final Set<MemoryId> forgotten = new HashSet<>();
    private boolean touched;
    private boolean ended;
    private boolean closed;
    private int readers;
    private @Nullable Turn turn;

    /// Adds an event.
    void append(TurnEvent event) {
        lock.lock();
        try {
            if (!ended && (events.size() < MAX_EVENTS || !(event instanceof TurnEvent.Delta))) {
                boolean names = event.toldOf().stream().anyMatch(forgotten::contains);
                touched |= names;
                events.add(names ? event.without(forgotten) : event);
            }
            ended |= event.last();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Takes the words of memories out of the events that name them, now and as they come.
    ///
    /// @return how many events named one
    int forget(Set<MemoryId> memories) {
        lock.lock();
        try {
            forgotten.addAll(memories);
            int found = 0;
            for (int i = 0; i < events.size(); i++) {
                if (events.get(i).toldOf().stream().anyMatch(memories::contains)) {
                    events.set(i, events.get(i).without(memories));
                    found++;
                }
            }
            touched |= found > 0;
            return found;
        } finally {
            lock.unlock();
        }
    }

    /// True when something that it told of was forgotten: its words may hold more of it, so it is not kept.
    boolean touched() {
        lock.lock();
        try {
            return touched;
        } finally {
            lock.unlock();
        }
    }

    /// How many events name one of the memories.
    int naming(Set<MemoryId> memories) {
        lock.lock();
        try {
            return (int) events.stream()
                    .filter(event -> event.toldOf().stream().anyMatch(memories::contains))
                    .count();
        } finally {
            lock.unlock();
        }
    }

    /// Tells the log whose events it holds.
    void attach(Turn started) {
        lock.lock();
        try {
            turn = started;
        } finally {
            lock.unlock();
        }
    }

    /// The events after the sequence number, waiting for one at most so long; empty when the time is over.
    Batch after(int sequence, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (events.size() <= sequence && !over() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            List<TurnEvent> fresh =
                    sequence >= events.size() ? List.of() : List.copyOf(events.subList(sequence, events.size()));
            return new Batch(fresh, over());
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the end of the turn.
    ///
    /// @return false when the time is over first
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (!over() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return over();
        } finally {
            lock.unlock();
        }
    }

    /// A reader came.
    void readerCame() {
        lock.lock();
        try {
            readers++;
        } finally {
            lock.unlock();
        }
    }

    /// A reader went.
    ///
    /// @return true when it was the last and the turn still goes on
    boolean readerWent() {
        lock.lock();
        try {
            readers--;
            return readers == 0 && !over();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the turn when nobody reads it.
    void cancelIfUnread() {
        Turn running;
        lock.lock();
        try {
            running = readers == 0 && !ended ? turn : null;
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.cancel();
        }
    }

    /// Ends the turn.
    ///
    /// @return false when it was over already
    boolean cancel() {
        Turn running;
        lock.lock();
        try {
            running = ended ? null : turn;
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.cancel();
        }
        return running != null;
    }

    /// Sends readers away: the server stops.
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// True when the last event has come.
    boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    private boolean over() {
        return ended || closed;
    }
}
