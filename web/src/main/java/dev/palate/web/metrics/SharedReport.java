package dev.palate.web.metrics;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A report that costs something to make, shared by all who ask: made at most once a second, and so seldom that making
/// it takes a twentieth of the time at most. Who asks while it is made again gets the last one. Thread-safe.
///
/// @param <T> the report, immutable
public final class SharedReport<T> implements Supplier<T> {
    /// A report is this old at least before it is made again.
    public static final Duration LEAST = Duration.ofSeconds(1);

    private static final Duration MOST = Duration.ofMinutes(1);
    private static final int SHARE = 20;

    private final Supplier<T> maker;
    private final LongSupplier nanoTime;
    private final ReentrantLock making = new ReentrantLock();
    private volatile @Nullable Made<T> made;

    private record Made<T>(T report, long untilNanos) {}

    /// With what makes it.
    public SharedReport(Supplier<T> maker) {
        this(maker, System::nanoTime);
    }

    SharedReport(Supplier<T> maker, LongSupplier nanoTime) {
        this.maker = maker;
        this.nanoTime = nanoTime;
    }

    @Override
    public T get() {
        Made<T> last = made;
        if (last != null) {
            if (nanoTime.getAsLong() - last.untilNanos < 0 || !making.tryLock()) {
                return last.report;
            }
        } else {
            making.lock();
        }
        try {
            Made<T> meanwhile = made;
            return meanwhile != null && nanoTime.getAsLong() - meanwhile.untilNanos < 0 ? meanwhile.report : make();
        } finally {
            making.unlock();
        }
    }

    private T make() {
        long start = nanoTime.getAsLong();
        T report = maker.get();
        long end = nanoTime.getAsLong();
        long rest = Math.clamp(SHARE * (end - start), LEAST.toNanos(), MOST.toNanos());
        made = new Made<>(report, end + rest);
        return report;
    }
}
