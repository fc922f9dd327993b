package dev.palate.web.job;

import dev.palate.memory.Require;
import dev.palate.memory.Threads;
import dev.palate.memory.job.JobStatus;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Trains again when enough is new and enough time has passed since the last training; after trainings that failed or
/// whose model was refused, twice as long for each. All it goes by is kept, so a restart changes nothing. Thread-safe.
public final class TrainingSchedule implements AutoCloseable {
    /// When Palate trains by itself.
    ///
    /// @param automatic false to train only when somebody asks
    /// @param interval the least time from the end of one training to the next, 1 minute to 1 year
    /// @param leastNew the least number of interactions since those that the model in use has learnt, 1 to 10⁹
    /// @param leastShare the least share of them of those that it has learnt, 0 to 10
    public record Policy(boolean automatic, Duration interval, long leastNew, double leastShare) {
        /// @throws IllegalArgumentException naming the setting, the value seen and those allowed
        public Policy {
            Require.range("palate.training.interval in seconds", interval.toSeconds(), 60, 31_536_000);
            Require.range("palate.training.least-new", leastNew, 1, 1_000_000_000);
            Require.range("palate.training.least-share", leastShare, 0, 10);
        }

        long needed(long learnt) {
            return Math.max(leastNew, (long) Math.ceil(leastShare * learnt));
        }

        /// From the end of one training to the next.
        ///
        /// @param failures trainings in a row without a new model
        /// @param outgrown whether as much is new as was learnt
        Duration wait(int failures, boolean outgrown) {
            Duration usual = outgrown ? interval.dividedBy(OUTGROWN) : interval;
            Duration doubled = usual.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
            Duration most = interval.compareTo(LONGEST_WAIT) > 0 ? interval : LONGEST_WAIT;
            return doubled.compareTo(most) > 0 ? most : doubled;
        }
    }

    /// What comes next.
    ///
    /// @param automatic false when it trains only when somebody asks
    /// @param notBefore the next training begins then at the earliest; absent when that is now, or never by itself
    /// @param newInteractions since those that the model in use has learnt
    /// @param needed so many of them are wanted
    /// @param failures trainings in a row without a new model
    /// @param words for people
    public record Outlook(
            boolean automatic,
            @Nullable Instant notBefore,
            long newInteractions,
            long needed,
            int failures,
            String words) {
        boolean due() {
            return automatic && notBefore == null && newInteractions >= needed;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(TrainingSchedule.class);
    private static final Duration LONGEST_WAIT = Duration.ofDays(30);
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 16;
    private static final int LOOKED_AT = 30;

    /// A log that has outgrown its model waits this part of the interval only.
    private static final int OUTGROWN = 24;

    private final Policy policy;
    private final Trainer trainer;
    private final ModelRegistry registry;
    private final Log log;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Thread thread;
    private long seenBefore = -1;
    private @Nullable Instant futureSeen;
    private Counted counted = new Counted(-1, -1, 0);

    /// What is asked of the log of interactions.
    ///
    /// @param count how many there are; asked often
    /// @param after how many arrived after the one of this number; asked when the count is another
    public record Log(LongSupplier count, LongUnaryOperator after) {}

    private record Counted(long arrival, long count, long fresh) {}

    public TrainingSchedule(Policy policy, Trainer trainer, ModelRegistry registry, Log log, InstantSource clock) {
        this.policy = policy;
        this.trainer = trainer;
        this.registry = registry;
        this.log = log;
        this.clock = clock;
    }

    /// Begins to look, every minute or more often when the interval is short; once.
    public synchronized void start() {
        if (policy.automatic && thread == null) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("palate-training-schedule")
                    .start(this::work);
        }
    }

    private void work() {
        Duration tenth = policy.interval.dividedBy(10);
        Duration wait = tenth.compareTo(LONGEST_LOOK) < 0 ? tenth : LONGEST_LOOK;
        try {
            while (!closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    boolean begun = look();
                    if (begun) {
                        LOG.info("training again: enough is new");
                    }
                } catch (RuntimeException e) {
                    LOG.warn("whether to train again could not be found out, next try in {} s", wait.toSeconds(), e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Starts a training when one is due and neither a training nor a lab is under way; the first one of
    /// all only when no import is, that is when hardly anything came since the last
    /// look.
    ///
    /// @return true when one was started
    boolean look() {
        if (trainer.working() || trainer.waitsFor().isPresent()) {
            return false;
        }
        Outlook now = outlook();
        boolean quiet = quiet(now.newInteractions);
        if (!now.due() || (registry.active().isEmpty() && !quiet)) {
            return false;
        }
        try {
            return trainer.start(Trainer.Extent.WHOLE, Trainer.Cause.SCHEDULED) != null;
        } catch (RetrievalException e) {
            if (e.code() == RetrievalException.Code.REFUSED) {
                // A lab began since.
                return false;
            }
            throw e;
        }
    }

    private synchronized boolean quiet(long seen) {
        long before = seenBefore;
        seenBefore = seen;
        return before >= 0 && seen - before <= policy.needed(before);
    }

    /// What comes next, as things are now. One count of the interactions, a second one of those that came after the
    /// model where the first is another than before, and the newest trainings read.
    public Outlook outlook() {
        List<Trainer.Report> newest = trainer.newest(LOOKED_AT);
        Optional<ModelSnapshot.About> active = registry.active().map(ModelSnapshot::about);
        Optional<TrainingState> made = active.flatMap(about -> made(about, newest));
        // A model of an earlier build, or whose job is gone, counts as having learnt its events only.
        long learnt = made.map(TrainingState::interactions)
                .orElseGet(() -> active.map(ModelSnapshot.About::events).orElse(0L));
        long fresh = fresh(made, learnt);
        long needed = policy.needed(learnt);
        int failures = failures(newest);
        boolean outgrown = active.isPresent() && fresh >= learnt;
        Instant earliest = earliest(active, newest, policy.wait(failures, outgrown));
        boolean early = earliest != null && clock.instant().isBefore(earliest);
        return new Outlook(
                policy.automatic,
                policy.automatic && early ? earliest : null,
                fresh,
                needed,
                failures,
                words(fresh, needed, failures, early));
    }

    private static Optional<TrainingState> made(ModelSnapshot.About about, List<Trainer.Report> newest) {
        return newest.stream()
                .map(Trainer.Report::state)
                .filter(state -> state.version().equals(about.version().value()) && state.interactions() > 0)
                .findFirst();
    }

    /// What arrived after the newest that the model has learnt: those that it has learnt and that were erased since
    /// must
    /// not hide as many new ones.
    private synchronized long fresh(Optional<TrainingState> made, long learnt) {
        long count = log.count.getAsLong();
        @Nullable Long arrival = made.map(TrainingState::arrival).orElse(null);
        if (arrival == null) {
            return Math.max(0, count - learnt);
        }
        if (counted.arrival != arrival || counted.count != count) {
            counted = new Counted(arrival, count, log.after.applyAsLong(arrival));
        }
        return counted.fresh;
    }

    private static int failures(List<Trainer.Report> newest) {
        int failures = 0;
        for (Trainer.Report report : newest) {
            if (report.job().status() == JobStatus.SUCCEEDED) {
                break;
            }
            failures += report.job().status() == JobStatus.FAILED ? 1 : 0;
        }
        return failures;
    }

    private @Nullable Instant earliest(
            Optional<ModelSnapshot.About> active, List<Trainer.Report> newest, Duration wait) {
        Instant last =
                active.map(ModelSnapshot.About::trainedAt).map(this::past).orElse(null);
        for (Trainer.Report report : newest) {
            Instant ended = past(report.job().updatedAt());
            last = counts(report) && (last == null || ended.isAfter(last)) ? ended : last;
        }
        return last == null ? null : last.plus(wait);
    }

    /// One that an erasure ended is as if it had not begun: who waits for the next waits no longer.
    private static boolean counts(Trainer.Report report) {
        boolean erasure = report.job().status() == JobStatus.CANCELLED
                && Boolean.TRUE.equals(report.state().erasure());
        return !report.open() && !erasure;
    }

    /// An end in the future, by a clock that was set back since, counts as the moment at which one was first seen.
    private synchronized Instant past(Instant end) {
        Instant now = clock.instant();
        if (!end.isAfter(now)) {
            return end;
        }
        Instant seen = futureSeen;
        if (seen == null || seen.isAfter(now)) {
            futureSeen = now;
            return now;
        }
        return seen;
    }

    private String words(long fresh, long needed, int failures, boolean early) {
        if (!policy.automatic) {
            return "only when somebody asks (palate.training.automatic is false)";
        }
        String of = fresh + " of " + needed + " new interactions";
        String after = failures == 0
                ? ""
                : ", longer than usual after " + failures + (failures == 1 ? " training" : " trainings")
                        + " without a new model";
        if (fresh < needed) {
            return "waits for more: " + of + (early ? after : "");
        }
        if (early) {
            return "waits for its time: " + of + after;
        }
        return trainer.waitsFor()
                .map(busy -> "waits: " + busy.words() + "; " + of)
                .orElse("due: " + of);
    }

    /// Ends the looking; a training under way is the trainer's.
    @Override
    public void close() {
        Thread looking;
        synchronized (this) {
            looking = thread;
        }
        closing.countDown();
        Threads.awaitEnd(looking, Duration.ofSeconds(5), LOG, "the training schedule");
    }
}
