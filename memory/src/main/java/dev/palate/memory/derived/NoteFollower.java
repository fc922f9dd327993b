package dev.palate.memory.derived;

import dev.palate.memory.Milestone;
import dev.palate.memory.Require;
import dev.palate.memory.Threads;
import dev.palate.memory.change.Changes;
import dev.palate.memory.change.Outbox;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A consumer of the outbox: one thread that reads what was noted, in batches, has it applied, and then records in
/// the truth how far it is. After a crash between the two a batch is applied once more, so work must be repeatable.
///
/// It waits until writes rest for a moment, so that many notes about one subject are one piece of work. Where notes
/// it needs are gone, or the database has gone back in time, everything is done anew. Thread-safe.
public final class NoteFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NoteFollower.class);
    private static final long NEVER = -1;
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    /// What is done for notes. Both may be repeated, and stopped by an exception of `progress`.
    public interface Work {
        /// Under which its position is kept; never changes.
        String name();

        /// Does what the notes ask for, by the truth as it is now.
        void apply(List<Outbox.Note> notes, DoubleConsumer progress);

        /// Does all there is to do, whatever was noted.
        void everything(DoubleConsumer progress);
    }

    /// How it goes about it.
    ///
    /// @param rest writes must rest for so long before a batch that is not full is begun
    /// @param longest it waits for that rest at most so long
    /// @param batch most notes at a time, in [1, 10000]
    /// @param afterFailure pause after a failure, doubled with each further one up to a minute
    public record Options(Duration rest, Duration longest, int batch, Duration afterFailure) {
        /// For a server.
        public static final Options DEFAULT =
                new Options(Duration.ofSeconds(1), Duration.ofSeconds(5), 10_000, Duration.ofSeconds(1));

        static final Duration MOST_AFTER_FAILURE = Duration.ofMinutes(1);

        public Options {
            Require.range("batch", batch, 1, 10_000);
        }
    }

    private final Outbox outbox;
    private final Changes changes;
    private final Work work;
    private final Options options;
    private final Consumer<String> stepped;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Thread thread;

    private volatile @Nullable String failure;
    private volatile double progress = 1;
    // Of the thread only.
    private Optional<Outbox.Position> position = Optional.empty();
    private long looked = -1;

    /// Over the outbox and the feed of one truth; [#start] begins.
    public NoteFollower(Outbox outbox, Changes changes, Work work, Options options) {
        this(outbox, changes, work, options, step -> {});
    }

    /// Ends the thread of a consumer, as a crash would.
    static class End extends Error {
        private static final long serialVersionUID = 1L;
    }

    /// @param stepped told `read`, `applied`, `positioned` or `anew` after each step, on the thread of the consumer,
    ///     which it may [End]
    NoteFollower(Outbox outbox, Changes changes, Work work, Options options, Consumer<String> stepped) {
        this.outbox = outbox;
        this.changes = changes;
        this.work = work;
        this.options = options;
        this.stepped = stepped;
    }

    /// Starts the thread; once.
    public synchronized void start() {
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("palate-" + work.name()).start(this::run);
        }
    }

    /// How far it is.
    public FollowerStatus status() {
        long at = outbox.position(work.name()).map(Outbox.Position::number).orElse(0L);
        return new FollowerStatus(work.name(), outbox.countAfter(at), progress < 1, progress, failure);
    }

    /// Waits until every note so far is applied.
    ///
    /// @return false when the time was over before
    public boolean await(Duration atMost) throws InterruptedException {
        long target = outbox.latest();
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!reached(target)) {
            if (System.nanoTime() >= deadline || closing.await(10, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    private boolean reached(long target) {
        return outbox.position(work.name())
                .filter(this::usable)
                .filter(at -> at.number() >= target || outbox.countAfter(at.number()) == 0)
                .isPresent();
    }

    private void run() {
        Duration pause = Duration.ZERO;
        Duration next = options.afterFailure();
        try {
            while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    step();
                    failure = null;
                    pause = Duration.ZERO;
                    next = options.afterFailure();
                } catch (CancellationException e) {
                    LOG.debug("{} ended by closing", work.name());
                } catch (End e) {
                    throw e;
                } catch (RuntimeException | Error e) {
                    // An error, too: a thread that ends in silence leaves everything behind for good.
                    failure = e.getClass().getSimpleName() + ": " + e.getMessage();
                    LOG.warn("{} cannot go on, next try in {} ms", work.name(), next.toMillis(), e);
                    pause = next;
                    next = min(next.multipliedBy(2), Options.MOST_AFTER_FAILURE);
                    position = Optional.empty();
                    looked = -1;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step() throws InterruptedException {
        if (position.isEmpty()) {
            position = outbox.position(work.name()).filter(this::usable);
        }
        if (position.isEmpty()) {
            anew();
            return;
        }
        long latest = changes.latest().value();
        if (latest == looked) {
            changes.await(changes.latest(), IDLE);
            return;
        }
        if (!usable(position.get())) {
            position = Optional.empty();
            return;
        }
        List<Outbox.Note> notes = outbox.after(position.get().number(), options.batch());
        if (notes.isEmpty()) {
            looked = latest;
            return;
        }
        if (notes.size() < options.batch()) {
            settle();
            notes = outbox.after(position.get().number(), options.batch());
        }
        reached(Milestone.CONSUMER_READ, "read");
        work.apply(notes, share -> {
            checkOpen();
            Milestone.CONSUMER_APPLYING.reached();
        });
        reached(Milestone.CONSUMER_APPLIED, "applied");
        applied(notes.getLast().number());
        reached(Milestone.CONSUMER_POSITIONED, "positioned");
    }

    private void reached(Milestone point, String step) {
        point.reached();
        stepped.accept(step);
    }

    /// True where no note after the position can be missing.
    private boolean usable(Outbox.Position at) {
        return at.epoch() == changes.epoch() && at.number() >= outbox.horizon() && at.number() <= outbox.latest();
    }

    /// Waits until nothing was written for a moment, or long enough.
    private void settle() throws InterruptedException {
        long deadline = System.nanoTime() + options.longest().toNanos();
        while (System.nanoTime() < deadline && changes.await(changes.latest(), options.rest())) {
            checkOpen();
        }
        checkOpen();
    }

    private void checkOpen() {
        if (closing.getCount() == 0) {
            throw new CancellationException("closing");
        }
    }

    private void anew() {
        long start = outbox.latest();
        LOG.info("{} does everything anew, up to note {}", work.name(), start);
        progress = 0;
        // Of an epoch that is never usable: what is noted meanwhile stays for it, and a kill begins anew.
        outbox.applied(work.name(), new Outbox.Position(NEVER, start));
        long startNanos = System.nanoTime();
        work.everything(share -> {
            checkOpen();
            Milestone.CONSUMER_APPLYING.reached();
            progress = Math.min(share, 0.999);
        });
        reached(Milestone.CONSUMER_ANEW, "anew");
        applied(start);
        progress = 1;
        LOG.info("{} is done after {} ms", work.name(), (System.nanoTime() - startNanos) / 1_000_000);
    }

    private void applied(long number) {
        // Before the position, by which others see that it is done.
        failure = null;
        Outbox.Position next = new Outbox.Position(changes.epoch(), number);
        outbox.applied(work.name(), next);
        position = Optional.of(next);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /// Ends the thread after the step under way; what it did not record is done again at the next start.
    @Override
    public void close() {
        closing.countDown();
        Thread worker;
        synchronized (this) {
            worker = thread;
        }
        Threads.awaitEnd(worker, CLOSE_DEADLINE, LOG, work.name());
    }
}
