package dev.palate.memory.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Runs a body for every index of a range on a fixed number of platform threads. Bodies must write to disjoint places;
/// then the result does not depend on the thread count.
public final class ParallelRange {
    private ParallelRange() {}

    /// Calls `body` once for each index in [0, count), the caller's thread being one of the workers. The first failure
    /// stops the rest and is thrown here. An interrupt of the caller stops the work after the indices in flight.
    ///
    /// @throws IllegalArgumentException when `threads` is not in [1, 256]
    /// @throws CancellationException when the calling thread was interrupted; its flag stays set
    public static void run(int threads, int count, IntConsumer body) {
        if (threads < 1 || threads > 256) {
            throw new IllegalArgumentException("threads must be in [1, 256], was " + threads);
        }
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, count); i++) {
            helpers.add(Thread.ofPlatform()
                    .daemon()
                    .name("palate-range-" + i)
                    .start(() -> drain(next, count, body, failure)));
        }
        drain(next, count, body, failure);
        boolean interrupted = Thread.currentThread().isInterrupted();
        for (Thread helper : helpers) {
            interrupted |= joinUninterruptibly(helper, next, count);
        }
        rethrow(failure.get());
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while working on " + count + " indices");
        }
    }

    private static void drain(
            AtomicInteger next, int count, IntConsumer body, AtomicReference<@Nullable Throwable> failure) {
        try {
            int index;
            while ((index = next.getAndIncrement()) < count) {
                body.accept(index);
                if (Thread.currentThread().isInterrupted()) {
                    next.set(count);
                }
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            next.set(count);
        }
    }

    /// Waits for a helper to end its current index; returns whether the wait was interrupted.
    private static boolean joinUninterruptibly(Thread helper, AtomicInteger next, int count) {
        boolean interrupted = Thread.interrupted();
        while (true) {
            try {
                helper.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                next.set(count);
            }
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }
}
