package dev.palate.memory.trace;

import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes traces from the turns and writes them behind their backs, several to a commit. A turn waits for nothing: when
/// the queue is full, or the store refuses it, a trace is dropped and counted, and no other with it. Thread-safe.
public final class TraceRecorder implements ErasurePlace, AutoCloseable {
    /// How many may wait; one more is dropped.
    public static final int MOST_WAITING = 512;

    private static final Logger LOG = LoggerFactory.getLogger(TraceRecorder.class);
    private static final int BATCH = 32;
    private static final int TRIM_EVERY = 256;
    private static final Duration GATHER = Duration.ofMillis(50);
    private static final Duration ONE_BY_ONE = Duration.ofSeconds(5);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

    private final Traces traces;
    private final long most;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private final Thread thread;
    private boolean closing;
    private boolean writing;
    private long recorded;
    private long dropped;
    private long failed;
    private long sinceTrim = TRIM_EVERY;

    private record Waiting(UserId user, Supplier<TurnTrace> trace) {}

    /// What became of traces since the start.
    ///
    /// @param recorded on disk
    /// @param dropped for want of room
    /// @param failed that could not be made or written
    public record Counts(long recorded, long dropped, long failed, int waiting) {}

    /// @param most how many are kept in all, 1 to 100,000,000; the oldest go first
    public TraceRecorder(Traces traces, long most) {
        if (most < 1 || most > 100_000_000) {
            throw new IllegalArgumentException("the number of traces kept must be 1 to 100,000,000, was " + most);
        }
        this.traces = traces;
        this.most = most;
        thread = Thread.ofPlatform().daemon().name("palate-traces").start(this::run);
    }

    /// Takes a trace, to be made and written later. Costs the adding to a queue.
    ///
    /// @param trace made on the recorder's thread; holds nothing that changes
    /// @return false when it was dropped
    public synchronized boolean offer(UserId user, Supplier<TurnTrace> trace) {
        if (closing || queue.size() >= MOST_WAITING) {
            dropped++;
            return false;
        }
        queue.add(new Waiting(user, trace));
        notifyAll();
        return true;
    }

    private void run() {
        while (true) {
            List<Waiting> batch = next();
            if (batch.isEmpty()) {
                return;
            }
            Outcome outcome = new Outcome(0, batch.size());
            try {
                outcome = write(batch);
                trim(batch.size());
            } catch (RuntimeException | Error e) {
                // Whatever it is, the turns after this one are still to be recorded.
                LOG.warn("traces of turns could not be written or trimmed, {} are lost", outcome.lost, e);
            } finally {
                ended(outcome);
            }
        }
    }

    private record Outcome(int kept, int lost) {}

    private synchronized void ended(Outcome outcome) {
        failed += outcome.lost;
        recorded += outcome.kept;
        writing = false;
        notifyAll();
    }

    /// Empty once it is closed and nothing waits.
    private synchronized List<Waiting> next() {
        try {
            while (queue.isEmpty() && !closing) {
                wait();
            }
            // Turns that end together share a commit.
            long end = System.nanoTime() + GATHER.toNanos();
            long left = GATHER.toMillis();
            while (!closing && queue.size() < BATCH && left > 0) {
                wait(left);
                left = (end - System.nanoTime()) / 1_000_000;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
        List<Waiting> batch = new ArrayList<>();
        while (!queue.isEmpty() && batch.size() < BATCH) {
            batch.add(queue.remove());
        }
        if (batch.isEmpty() && !closing) {
            // An erasure took what waited.
            return next();
        }
        writing = !batch.isEmpty();
        return batch;
    }

    private Outcome write(List<Waiting> batch) {
        List<TurnTrace> made = new ArrayList<>();
        for (Waiting waiting : batch) {
            @Nullable TurnTrace trace = made(waiting);
            if (trace != null) {
                made.add(trace);
            }
        }
        int lost = batch.size() - made.size();
        if (made.isEmpty()) {
            return new Outcome(0, lost);
        }
        try {
            return new Outcome(traces.put(made), lost);
        } catch (RuntimeException e) {
            LOG.warn("{} traces of turns were refused together, each is written by itself", made.size(), e);
            Outcome each = oneByOne(made);
            return new Outcome(each.kept, lost + each.lost);
        }
    }

    /// One that the store refuses takes none of the others with it. Where the store itself is ill, each takes long to
    /// fail: those that are left when the time is over are lost.
    private Outcome oneByOne(List<TurnTrace> made) {
        long end = System.nanoTime() + ONE_BY_ONE.toNanos();
        int kept = 0;
        int lost = 0;
        for (TurnTrace trace : made) {
            try {
                if (System.nanoTime() - end < 0) {
                    kept += traces.put(List.of(trace));
                } else {
                    lost++;
                }
            } catch (RuntimeException e) {
                lost++;
                // By type alone: a message might hold what was said.
                LOG.warn(
                        "the trace of turn {} is refused and lost: {}",
                        trace.head().turn(),
                        e.getClass().getName());
            }
        }
        return new Outcome(kept, lost);
    }

    private @Nullable TurnTrace made(Waiting waiting) {
        try {
            return waiting.trace.get();
        } catch (RuntimeException e) {
            LOG.warn("the trace of a turn could not be made: {}", e.getClass().getName());
            return null;
        }
    }

    private void trim(int written) {
        sinceTrim += written;
        if (sinceTrim >= TRIM_EVERY) {
            sinceTrim = 0;
            int gone = traces.trim(most);
            if (gone > 0) {
                LOG.debug("{} traces beyond the newest {} removed", gone, most);
            }
        }
    }

    /// Waits until what was offered before is written, or not to be.
    ///
    /// @param atMost 0 to 1 minute
    /// @return false when the time was over first
    public synchronized boolean flush(Duration atMost) {
        Require.range("time to wait for traces in ms", atMost.toMillis(), 0, 60_000);
        long end = System.nanoTime() + atMost.toNanos();
        try {
            while (!queue.isEmpty() || writing) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return true;
    }

    /// What became of them.
    public synchronized Counts counts() {
        return new Counts(recorded, dropped, failed, queue.size());
    }

    @Override
    public String name() {
        return "traces to be written";
    }

    @Override
    public synchronized long erase(UserId user) {
        int before = queue.size();
        queue.removeIf(waiting -> waiting.user.equals(user));
        return (long) before - queue.size();
    }

    @Override
    public synchronized long remaining(UserId user) {
        return queue.stream().filter(waiting -> waiting.user.equals(user)).count();
    }

    /// Writes what waits and ends.
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            if (!thread.join(CLOSE_DEADLINE)) {
                LOG.warn("traces were not all written within {} s", CLOSE_DEADLINE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
