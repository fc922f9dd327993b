package dev.palate.memory.sql;

import dev.palate.memory.JsonBuffers;
import dev.palate.memory.Latency;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Milestone;
import dev.palate.memory.erase.ErasureCounts;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Goes through the steps of erasures that the database has begun: ledger, derived things, every other place, a last
/// look at the tables, the receipt, the write-ahead log. Each step is recorded when it is done, and doing one twice is
/// as doing it once, so a run may stop anywhere. One run at a time; thread-safe.
final class ErasureRun {
    static final String LEDGER = "erasure ledger";
    static final String LOG = "write-ahead log";
    static final String AGAIN = "tables again";
    static final String RECEIPT = "receipt";

    private static final Logger LOGGER = LoggerFactory.getLogger(ErasureRun.class);
    private static final int MOST_AT_ONCE = 500;

    private final ErasureParts parts;
    private final Database database;
    private final ReentrantLock running = new ReentrantLock();
    private final ReentrantLock steps = new ReentrantLock();
    private final Condition stepped = steps.newCondition();
    private final Latency took = new Latency();

    ErasureRun(ErasureParts parts) {
        this.parts = parts;
        database = parts.database();
    }

    /// Runs one to its end, or to where only readers of the log hold it up.
    ErasureReceipt now(JobId job) {
        running.lock();
        try {
            ErasureRows.Stored stored = stored(job);
            if (!stored.ended()) {
                ErasureTarget target = target(List.of(stored));
                run(target);
                finish(List.of(target));
            }
            ErasureReceipt receipt = stored(job).receipt();
            if (receipt == null) {
                throw new MemoryException(Code.STORAGE, "erasure " + job + " stopped early; it goes on by itself");
            }
            return receipt;
        } finally {
            running.unlock();
        }
    }

    /// Runs all that are open, those of memories together.
    ///
    /// @return false when one must be tried again
    boolean all(BooleanSupplier enough) {
        running.lock();
        try {
            List<ErasureRows.Stored> open = database.read(handle -> ErasureRows.open(handle, MOST_AT_ONCE));
            boolean done = open.size() < MOST_AT_ONCE;
            List<ErasureTarget> answered = new ArrayList<>();
            for (ErasureTarget target : targets(open)) {
                if (enough.getAsBoolean()) {
                    return true;
                }
                if (tried(target)) {
                    answered.add(target);
                } else {
                    done = false;
                }
            }
            // Once for all of them: it reads the whole file.
            done &= answered.isEmpty() || finish(answered);
            // What rested on something erased is an erasure of its own, begun meanwhile.
            return done && database.read(handle -> ErasureRows.open(handle, 1)).isEmpty();
        } finally {
            running.unlock();
        }
    }

    private List<ErasureTarget> targets(List<ErasureRows.Stored> open) {
        List<ErasureTarget> targets = new ArrayList<>();
        List<ErasureRows.Stored> memories = new ArrayList<>();
        for (ErasureRows.Stored stored : open) {
            if (stored.subjectType().equals("memory") && stored.receipt() == null) {
                memories.add(stored);
            } else {
                targets.add(target(List.of(stored)));
            }
        }
        if (!memories.isEmpty()) {
            targets.add(target(memories));
        }
        return targets;
    }

    private ErasureTarget target(List<ErasureRows.Stored> stored) {
        return ErasureTarget.of(parts, stored);
    }

    private boolean tried(ErasureTarget target) {
        try {
            run(target);
            return true;
        } catch (RuntimeException e) {
            LOGGER.warn("erasure {} stopped and is tried again", target.jobs(), e);
            String why = "stopped and is tried again: " + e.getClass().getSimpleName();
            database.write(transaction -> {
                target.jobs().forEach(job -> ErasureRows.say(transaction, job, JobStatus.RUNNING, 0, why));
                return true;
            });
            return false;
        }
    }

    /// Up to the receipt.
    private void run(ErasureTarget target) {
        if (!target.answered()) {
            begin(target);
            for (ErasurePlace place : parts.places()) {
                if (!target.did(place.name()) && target.concerns(place)) {
                    List<String> remarks = place.remarks();
                    long removed = target.erase(place);
                    Milestone.PLACE_ERASED.reached();
                    record(target, new ErasureRows.Step(place.name(), removed, remarks));
                }
            }
            if (!target.did(AGAIN)) {
                again(target);
            }
            target.answer();
            Milestone.ERASURE_ANSWERED.reached();
            told(RECEIPT);
        }
    }

    private void begin(ErasureTarget target) {
        if (!target.did(LEDGER)) {
            target.inscribe();
            record(target, new ErasureRows.Step(LEDGER, 0, List.of()));
        }
        target.follow().forEach(step -> record(target, step));
        if (!target.did(LOG)) {
            // Early, so that nothing waits in it for a long rewrite of the index; it is emptied again at the end.
            Dialect.Wiped wiped = database.wipe(SqlErasure.tables());
            record(target, new ErasureRows.Step(LOG, 0, wiped.notes()));
        }
    }

    /// What was written meanwhile, by a turn under way for one, goes too.
    private void again(ErasureTarget target) {
        long late = target.deleteAgain();
        if (late > 0) {
            parts.places().stream().filter(target::concerns).forEach(target::erase);
        }
        List<String> notes = late == 0 ? List.of() : List.of(late + " entries written while it ran were erased too");
        record(target, new ErasureRows.Step(AGAIN, late, notes));
    }

    private void record(ErasureTarget target, ErasureRows.Step step) {
        double progress = Math.min(0.95, target.stepsDone() / (parts.places().size() + 6.0));
        target.record(step, progress);
        Milestone.STEP_RECORDED.reached();
        told(step.name());
    }

    /// @return false while readers keep the log in use
    private boolean finish(List<ErasureTarget> answered) {
        Dialect.Wiped wiped = database.clear(SqlErasure.tables());
        JsonBuffers.drop();
        answered.forEach(target -> target.end(wiped));
        if (wiped.done()) {
            Instant now = parts.clock().instant();
            for (ErasureTarget target : answered) {
                target.begun()
                        .forEach(begun -> took.add(Duration.between(begun, now).toNanos()));
            }
        }
        Milestone.ERASURE_ENDED.reached();
        told(LOG + (wiped.done() ? " emptied" : " in use"));
        return wiped.done();
    }

    private void told(String step) {
        parts.stepped().accept(step);
        steps.lock();
        try {
            stepped.signalAll();
        } finally {
            steps.unlock();
        }
    }

    /// How those that ended here went, beside those that are open.
    ErasureCounts counts(long open, @Nullable Instant oldest) {
        return new ErasureCounts(
                open, oldest, took.count(), took.totalSeconds(), took.micros(0.5) / 1e6, took.micros(0.99) / 1e6);
    }

    /// Waits for the next step of any erasure.
    void awaitStep(Duration atMost) throws InterruptedException {
        steps.lockInterruptibly();
        try {
            long left = stepped.awaitNanos(TimeUnit.MILLISECONDS.toNanos(atMost.toMillis()));
            LOGGER.trace("{} ns left", left);
        } finally {
            steps.unlock();
        }
    }

    private ErasureRows.Stored stored(JobId job) {
        return database.read(handle -> ErasureRows.find(handle, job))
                .orElseThrow(() -> new MemoryException(
                        Code.NOT_FOUND, "there is no erasure " + job + "; look it up among the jobs"));
    }
}
