package dev.palate.agent.llm.local;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One call under way: the reader thread puts events in, the caller takes them out. Holds at most one event per
/// token
/// of the call's limit.
final class Exchange {
    /// What the caller sees.
    sealed interface Step {
        /// An event of this call.
        record Came(Frame.Event event) implements Step {}

        /// The process is gone; nothing more comes.
        record Lost(String reason) implements Step {}
    }

    private final long id;
    private final Runnable released;
    private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile long abandonedAt;

    /// @param id number of the call
    /// @param released run once, when the process is free for the next call
    Exchange(long id, Runnable released) {
        this.id = id;
        this.released = released;
    }

    long id() {
        return id;
    }

    /// The next step, or null when there is none within the time.
    @Nullable
    Step poll(long millis) throws InterruptedException {
        return steps.poll(millis, TimeUnit.MILLISECONDS);
    }

    void came(Frame.Event event) {
        if (abandonedAt == 0) {
            steps.add(new Step.Came(event));
        }
        if (event instanceof Frame.Final) {
            end();
        }
    }

    void lost(String reason) {
        if (!ended.get()) {
            steps.add(new Step.Lost(reason));
            end();
        }
    }

    boolean ended() {
        return ended.get();
    }

    /// The caller waits no more; what still comes is dropped.
    void abandon(long nanoTime) {
        abandonedAt = nanoTime == 0 ? 1 : nanoTime;
    }

    /// How long ago the caller gave up on a call that the process has not ended; 0 for any other.
    long drainingNanos(long nanoTime) {
        long since = abandonedAt;
        return since == 0 || ended.get() ? 0 : Math.max(1, nanoTime - since);
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            released.run();
        }
    }
}
