package dev.palate.memory;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// How long something took: the mean and a histogram of four steps to a doubling. Thread-safe.
public final class Latency {
    private static final int STEPS = 4;

    private final AtomicLongArray buckets = new AtomicLongArray(64 * STEPS);
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    /// Counts what began at the time given, of [System#nanoTime].
    public void since(long startNanos) {
        add(System.nanoTime() - startNanos);
    }

    /// Counts what took so many nanoseconds.
    public void add(long took) {
        long value = Math.max(1, took);
        count.increment();
        nanos.add(value);
        buckets.incrementAndGet(bucket(value));
    }

    /// How often something was counted.
    public long count() {
        return count.sum();
    }

    /// The sum of all, in seconds.
    public double totalSeconds() {
        return nanos.sum() / 1e9;
    }

    /// 0 before the first.
    public double meanMicros() {
        long all = count.sum();
        return all == 0 ? 0 : nanos.sum() / 1e3 / all;
    }

    /// At most this long took the share given, to within a fifth; 0 before the first.
    public double micros(double share) {
        long all = 0;
        for (int i = 0; i < buckets.length(); i++) {
            all += buckets.get(i);
        }
        long wanted = (long) Math.ceil(share * all);
        long seen = 0;
        for (int i = 0; i < buckets.length() && wanted > 0; i++) {
            seen += buckets.get(i);
            if (seen >= wanted) {
                return upper(i) / 1e3;
            }
        }
        return 0;
    }

    private static int bucket(long value) {
        int octave = 63 - Long.numberOfLeadingZeros(value);
        int step = octave < 2 ? 0 : (int) (value >>> octave - 2 & STEPS - 1);
        return octave * STEPS + step;
    }

    private static double upper(int bucket) {
        return Math.pow(2, bucket / STEPS) * (1 + (bucket % STEPS + 1) / (double) STEPS);
    }
}
