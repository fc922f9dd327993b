package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes that wait: interactive ones, and chunks of bulk work behind them. Thread-safe.
///
/// @param <W> a waiting write
final class WriteQueue<W> {
    /// Most interactive writes that wait; one more is refused at once.
    static final int MAX_INTERACTIVE = 20_000;
    /// Most chunks of bulk work that wait; one more waits for room.
    static final int MAX_BULK = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<W> interactive = new ArrayDeque<>();
    private final ArrayDeque<W> bulk = new ArrayDeque<>();
    private boolean closed;

    /// Adds an interactive write.
    void add(W write) {
        lock.lock();
        try {
            refuseWhenClosed();
            if (interactive.size() >= MAX_INTERACTIVE) {
                throw new MemoryException(
                        Code.BUSY, MAX_INTERACTIVE + " writes are waiting, which is the most allowed; try again later");
            }
            interactive.add(write);
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Adds a chunk of bulk work, waiting for room at most so long.
    void addBulk(W write, Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = atMost.toNanos();
            while (bulk.size() >= MAX_BULK && !closed) {
                if (left <= 0) {
                    throw new MemoryException(
                            Code.BUSY,
                            MAX_BULK + " chunks of bulk work are waiting, which is the most allowed; try again later");
                }
                left = room.awaitNanos(left);
            }
            refuseWhenClosed();
            bulk.add(write);
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    private void refuseWhenClosed() {
        if (closed) {
            throw new IllegalStateException("the store is closed; open it again");
        }
    }

    /// Waits until there is a write or the queue is closed and empty.
    ///
    /// @return false when there will never be one again
    boolean awaitWrite() {
        lock.lock();
        try {
            while (interactive.isEmpty() && bulk.isEmpty()) {
                if (closed) {
                    return false;
                }
                // Only closing ends the writing thread: an interrupt must not lose writes that wait.
                filled.awaitUninterruptibly();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// The next interactive writes in order, at most so many.
    List<W> takeInteractive(int most) {
        lock.lock();
        try {
            List<W> taken = new ArrayList<>(Math.min(most, interactive.size()));
            while (taken.size() < most && !interactive.isEmpty()) {
                taken.add(interactive.remove());
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Puts interactive writes that were taken and not begun back before all others, in their order.
    void putBack(List<W> writes) {
        lock.lock();
        try {
            writes.reversed().forEach(interactive::addFirst);
        } finally {
            lock.unlock();
        }
    }

    /// The next chunk of bulk work, or null when there is none.
    @Nullable
    W takeBulk() {
        lock.lock();
        try {
            @Nullable W taken = bulk.poll();
            if (taken != null) {
                room.signal();
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// True when an interactive write waits.
    boolean hasInteractive() {
        lock.lock();
        try {
            return !interactive.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// How many wait.
    int size() {
        lock.lock();
        try {
            return interactive.size() + bulk.size();
        } finally {
            lock.unlock();
        }
    }

    /// Refuses further writes; those waiting are still taken.
    void close() {
        lock.lock();
        try {
            closed = true;
            filled.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
