package dev.palate.web.job;

import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.retrieval.lab.LabProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the embedding lab over the server's own log in a child JVM, one at a time and not beside a
/// training, each a job of kind `lab`. One that the end of the process cut short is taken up again by
/// [#takeUp], under its job, over the same input and from the finished cells and checkpoints on. What was
/// found last stays until the next has ended. Thread-safe.
///
/// The folder holds `report.json` and `plot.svg`, figures only; while a run is on also its input and work, which hold
/// histories of users: an erasure ends the run and removes both, unless the run began when the database
/// had forgotten the user. After one that ran out of time they stay for the same order, until another
/// begins or somebody is erased.
public final class LabRuns implements ErasurePlace, AutoCloseable {
    /// The kind of its jobs.
    public static final String KIND = "lab";

    private static final Logger LOG = LoggerFactory.getLogger(LabRuns.class);
    private static final Duration DEADLINE = Duration.ofHours(24);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Trainer.Learnt learnt;
    private final Jobs jobs;
    private final HeavyWork heavy;
    private final LabPlaces folder;
    private final Duration deadline;
    private final RunSlot<LabRun> slot = new RunSlot<>();

    /// With what is learnt from, and a folder of its own, made when there is none.
    ///
    /// @param heavy which it shares with the trainer
    /// @throws RetrievalException with code STORAGE when it cannot be made
    public LabRuns(Trainer.Learnt learnt, Jobs jobs, HeavyWork heavy, Path folder) {
        this(learnt, jobs, heavy, folder, DEADLINE);
    }

    /// With another time than a day for a run.
    LabRuns(Trainer.Learnt learnt, Jobs jobs, HeavyWork heavy, Path folder, Duration deadline) {
        this.deadline = deadline;
        this.learnt = learnt;
        this.jobs = jobs;
        this.heavy = heavy;
        this.folder = LabPlaces.of(folder);
    }

    /// Where the results stand, if there are any.
    public Optional<Path> results() {
        return folder.hasResults() ? Optional.of(folder.results()) : Optional.empty();
    }

    /// Starts one in the background, or gives the one under way, whatever that measures; one that an earlier process
    /// left goes on. Waits for one that was cancelled to be gone, half a minute at most.
    ///
    /// @throws RetrievalException with code DEADLINE when it is not, REFUSED when a training is under way
    public Job start(LabOrder order) {
        slot.awaitCancelled(PATIENCE);
        return startNow(order);
    }

    private synchronized Job startNow(LabOrder order) {
        slot.newest().filter(LabRun::cancelled).ifPresent(dying -> {
            throw new RetrievalException(
                    RetrievalException.Code.DEADLINE,
                    "lab job " + dying.job() + " was cancelled and has not ended yet: ask again");
        });
        heavy.require(KIND);
        Optional<Job> left = takeUp();
        if (left.isPresent()) {
            return left.get();
        }
        LabRun.State state = kept().filter(before -> before.order().equals(order))
                .map(before -> before.takenUp(0))
                .orElseGet(() -> LabRun.State.fresh(order, learnt.changes().epoch()));
        return begin(() -> jobs.start(KIND, "waiting to begin"), state);
    }

    /// Of the newest run, when it ran out of time.
    private Optional<LabRun.State> kept() {
        return newest().filter(job -> job.status() == JobStatus.FAILED)
                .flatMap(job -> jobs.state(job.id()))
                .flatMap(LabRun.State::of)
                .filter(LabRun.State::kept);
    }

    /// Goes on with the run that an earlier process left, if there is one, and removes what others worked
    /// with. While a training is under way it is left for the next [#start].
    ///
    /// @return the run that is under way now
    public synchronized Optional<Job> takeUp() {
        Optional<LabRun> running = slot.working();
        if (running.isPresent()) {
            return jobs.job(running.get().job());
        }
        if (heavy.other(KIND).isPresent()) {
            return Optional.empty();
        }
        Optional<Job> left = jobs.takeOver(KIND);
        if (left.isEmpty()) {
            // A killed process cannot remove its own, and a database of before may not know of its job.
            if (kept().isEmpty()) {
                folder.tidy();
            }
            return left;
        }
        JobId job = left.get().id();
        Optional<LabRun.State> state = jobs.state(job).flatMap(LabRun.State::of);
        if (state.isEmpty() || state.get().resumed() >= ChildRun.MOST_RESUMED) {
            jobs.update(
                    job,
                    JobStatus.FAILED,
                    0,
                    state.isEmpty()
                            ? "the process that ran it ended before it was done"
                            : "given up: the process ended during it " + (ChildRun.MOST_RESUMED + 1) + " times");
            folder.tidy();
            return Optional.empty();
        }
        LabRun.State before = state.get();
        LOG.info("lab job {} of an earlier process goes on", job);
        return Optional.of(begin(left::get, before.takenUp(before.resumed() + 1)));
    }

    private Job begin(Supplier<Job> made, LabRun.State state) {
        LabRun run = heavy.begin(KIND, () -> {
            Job job = made.get();
            jobs.keepState(job.id(), state.toJson());
            LabRun next = new LabRun(learnt, jobs, job, folder, deadline, state);
            slot.put(next);
            return next;
        });
        return jobs.job(run.job()).orElseThrow();
    }

    /// The run under way.
    public Optional<Job> running() {
        return slot.working().flatMap(run -> jobs.job(run.job()));
    }

    /// The newest run of this and earlier processes.
    public Optional<Job> newest() {
        return jobs.newest(KIND, 1).stream().findFirst();
    }

    /// Ends the run of the job; its finished cells are thrown away, the results of before stay.
    ///
    /// @return false when it is not under way
    public boolean cancel(JobId job) {
        return slot.cancel(job);
    }

    @Override
    public String name() {
        return "embedding lab";
    }

    @Override
    public long erase(UserId user) {
        long held = remaining(user);
        LabRun run;
        synchronized (this) {
            Optional<LabRun> alive = slot.newest().filter(LabRun::alive);
            if (alive.isEmpty()) {
                // Under the lock, so that none is taken up over files that are about to go.
                folder.clear();
                return held;
            }
            run = alive.get();
            if (run.clean()) {
                return 0;
            }
        }
        slot.end(run, PATIENCE);
        synchronized (this) {
            // One that began meanwhile read a database that had forgotten.
            if (slot.newest().filter(run::equals).isPresent()) {
                folder.clear();
            }
        }
        return held;
    }

    @Override
    public long remaining(UserId user) {
        return slot.newest().filter(LabRun::clean).isPresent() ? 0 : folder.holding();
    }

    @Override
    public boolean learnsFromInteractions() {
        return true;
    }

    /// Stops the run under way, which the next process takes up again.
    @Override
    public void close() {
        slot.close();
    }

    /// What was found last, as JSON.
    ///
    /// @throws RetrievalException with code STORAGE when it cannot be read
    public Optional<String> report() {
        return folder.read(LabProcess.REPORT);
    }

    /// Its plot, as SVG.
    ///
    /// @throws RetrievalException with code STORAGE when it cannot be read
    public Optional<String> plot() {
        return folder.read(LabProcess.PLOT);
    }

    /// The tables of a lab that nobody chose anything for.
    public static List<String> usual() {
        return LabOrder.QUICK.tables();
    }
}
