package dev.palate.memory;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A value that costs something to find out, such as a count of a table, found out again only when it was asked for
/// and
/// the last answer is older than the time given. Thread-safe: while one asks, others wait for its answer.
public final class Recent<T> implements Supplier<T> {
    private final Supplier<T> source;
    private final long nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Known<T> known;

    private record Known<T>(T value, long atNanos) {}

    /// @param source asked for the value; a failure of it is the caller's, and nothing is kept
    /// @param atMost how old an answer may be
    public Recent(Supplier<T> source, Duration atMost) {
        this.source = source;
        nanos = atMost.toNanos();
    }

    /// The value, as it was at most so long ago.
    @Override
    public T get() {
        Known<T> last = known;
        if (last != null && System.nanoTime() - last.atNanos() < nanos) {
            return last.value();
        }
        lock.lock();
        try {
            Known<T> meanwhile = known;
            if (meanwhile != null && System.nanoTime() - meanwhile.atNanos() < nanos) {
                return meanwhile.value();
            }
            // As of before it was asked for.
            long now = System.nanoTime();
            T value = source.get();
            known = new Known<>(value, now);
            return value;
        } finally {
            lock.unlock();
        }
    }
}
