package dev.palate.memory.tier;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One thread that does small tasks as they come, at most 64 waiting, and a larger one now and then. Thread-safe.
final class TierWork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TierWork.class);
    private static final int MOST_WAITING = 64;
    private static final long LOOK_MILLIS = 200;
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    private final BlockingQueue<Runnable> tasks = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Runnable regular;
    private final Duration every;
    private final Thread thread;
    private volatile boolean closed;

    TierWork(Runnable regular, Duration every) {
        this.regular = regular;
        this.every = every;
        thread = Thread.ofPlatform().daemon().name("palate-tiers").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Does it soon, or never when too much waits.
    void soon(Runnable task) {
        tasks.offer(task);
    }

    /// Does what waits, on the thread of the caller.
    void drain() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            quietly(task);
        }
    }

    private void run() {
        long last = System.nanoTime();
        while (!closed) {
            try {
                Runnable task = tasks.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (task != null) {
                    quietly(task);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (!closed && System.nanoTime() - last >= every.toNanos()) {
                quietly(regular);
                last = System.nanoTime();
            }
        }
    }

    private static void quietly(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // By type alone: a message might hold a text.
            LOG.warn(
                    "work on the tiers failed, tried again later: {}",
                    e.getClass().getName());
        }
    }

    /// Ends the thread after the task it is at.
    @Override
    public void close() {
        closed = true;
        try {
            if (thread.isAlive() && !thread.join(CLOSE_DEADLINE)) {
                LOG.warn("the thread of the tiers did not end within {} s", CLOSE_DEADLINE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
