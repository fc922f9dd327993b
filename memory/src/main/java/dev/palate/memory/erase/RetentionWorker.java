package dev.palate.memory.erase;

import dev.palate.memory.Threads;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what is older than it may be, a minute after the start and then every hour, oldest first, [#BATCH] at a
/// time with a pause between. It keeps no position: what is left is what is too old, so a pass that is ended
/// anywhere goes on with the next. Thread-safe.
public final class RetentionWorker implements AutoCloseable {
    /// How many go at a time.
    static final int BATCH = 100;

    private static final Logger LOG = LoggerFactory.getLogger(RetentionWorker.class);
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration TOLD_EVERY = Duration.ofSeconds(30);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    private final List<Expiring> kinds;
    private final RetentionPolicy policy;
    private final InstantSource clock;
    private final Runnable after;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<Kept, Long> removed = new EnumMap<>(Kept.class);
    private boolean running;
    private @Nullable Instant lastPass;
    private @Nullable String failure;
    private @Nullable Thread thread;

    /// @param after runs at the end of a pass that removed something
    public RetentionWorker(
            List<? extends Expiring> kinds, RetentionPolicy policy, InstantSource clock, Runnable after) {
        this.kinds = List.copyOf(kinds);
        this.policy = policy;
        this.clock = clock;
        this.after = after;
    }

    /// Begins the background work; once.
    public synchronized void start() {
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("palate-retention").start(this::work);
        }
    }

    private void work() {
        Duration wait = FIRST;
        try {
            while (!closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                pass();
                wait = EVERY;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Looks through all kinds once.
    ///
    /// @return how many things went
    public long pass() {
        Instant begun = clock.instant();
        synchronized (this) {
            if (running) {
                return 0;
            }
            running = true;
        }
        @Nullable String why = null;
        long gone = 0;
        try {
            for (Expiring kind : kinds) {
                try {
                    gone += one(kind, begun);
                } catch (RuntimeException | Error e) {
                    LOG.warn(
                            "{} that are too old could not be removed, next try in an hour",
                            kind.kept().key(),
                            e);
                    why = kind.kept().key() + ": " + e.getMessage();
                }
            }
            if (gone > 0) {
                after.run();
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("what was removed for its age could not be taken off the disk", e);
            why = String.valueOf(e.getMessage());
        } finally {
            synchronized (this) {
                running = false;
                lastPass = begun;
                failure = why;
            }
        }
        return gone;
    }

    private long one(Expiring kind, Instant now) {
        Duration age = policy.age(kind.kept());
        if (age.isZero()) {
            return 0;
        }
        Instant before = now.minus(age);
        long gone = 0;
        long told = System.nanoTime();
        while (closing.getCount() > 0) {
            int batch = kind.expire(before, BATCH);
            gone += batch;
            count(kind.kept(), batch);
            if (batch < BATCH || stopped()) {
                break;
            }
            if (System.nanoTime() - told > TOLD_EVERY.toNanos()) {
                LOG.info(
                        "retention: {} {} older than {} removed, more to go",
                        gone,
                        kind.kept().key(),
                        before);
                told = System.nanoTime();
            }
        }
        if (gone > 0) {
            LOG.info("retention: {} {} older than {} removed", gone, kind.kept().key(), before);
        }
        return gone;
    }

    private boolean stopped() {
        try {
            return closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private synchronized void count(Kept kept, int batch) {
        removed.merge(kept, (long) batch, Long::sum);
    }

    /// What it has done.
    public synchronized RetentionStatus status() {
        return new RetentionStatus(
                running,
                lastPass,
                kinds.stream()
                        .map(kind -> new RetentionStatus.OfKind(
                                kind.kept().key(),
                                policy.age(kind.kept()).toSeconds(),
                                removed.getOrDefault(kind.kept(), 0L)))
                        .toList(),
                failure);
    }

    /// Ends after the batch under way.
    @Override
    public void close() {
        closing.countDown();
        Thread worker;
        synchronized (this) {
            worker = thread;
        }
        Threads.awaitEnd(worker, CLOSE_DEADLINE, LOG, "retention");
    }
}
