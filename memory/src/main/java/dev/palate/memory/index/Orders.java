package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// What other threads ask the index thread to do; at most 64 wait. Thread-safe.
final class Orders {
    /// How long an order of this process waits at most.
    static final Duration DEADLINE = Duration.ofMinutes(2);

    private static final int MAX_ORDERS = 64;
    private static final long LOOK_MILLIS = 100;

    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(MAX_ORDERS);
    private volatile boolean closed;

    /// Has the index thread do it and waits for the answer.
    ///
    /// @throws MemoryException `DEADLINE` when it did not come to it in time
    /// @throws CancellationException when the index is closed
    <T> T ask(Supplier<T> work, Duration atMost) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable order = () -> {
            try {
                answer.complete(work.get());
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        };
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean placed = false;
        try {
            while (System.nanoTime() < deadline) {
                if (closed) {
                    throw new CancellationException("the index is closed");
                }
                if (!placed) {
                    placed = waiting.offer(order, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                    continue;
                }
                try {
                    return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    continue;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for the index");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
        throw new MemoryException(
                MemoryException.Code.DEADLINE,
                "the index did not come to it within " + atMost.toMillis() + " ms; look at its lag and try again");
    }

    /// Does what waits; returns false when nothing did. For the index thread.
    boolean run() {
        boolean any = false;
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
            any = true;
        }
        return any;
    }

    /// Refuses what waits and what comes.
    void close() {
        closed = true;
        waiting.clear();
    }
}
