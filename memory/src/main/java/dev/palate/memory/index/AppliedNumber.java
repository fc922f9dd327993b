package dev.palate.memory.index;

import dev.palate.memory.change.ChangeNumber;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The last change that searches see, to wait for. Thread-safe.
final class AppliedNumber {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private ChangeNumber number = ChangeNumber.NONE;

    ChangeNumber number() {
        lock.lock();
        try {
            return number;
        } finally {
            lock.unlock();
        }
    }

    /// Sets it, back as well when an index must be replayed.
    void set(ChangeNumber newNumber) {
        lock.lock();
        try {
            number = newNumber;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until it is at least the number given.
    ///
    /// @return false when the time was over before
    boolean await(ChangeNumber atLeast, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (number.compareTo(atLeast) < 0) {
                if (left <= 0) {
                    return false;
                }
                left = moved.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
