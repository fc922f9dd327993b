package dev.palate.web.job;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.retrieval.lab.LabProcess;
import dev.palate.retrieval.training.TrainingEvent;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingInputWriter;
import dev.palate.retrieval.training.TrainingProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Runs the embedding lab over the server's own log in a child JVM, one at a time, each a job of kind `lab`. One that
/// the end of the process cut short is taken up again by [#takeUp], under its job, over the same input and from the
/// finished cells and checkpoints on. What was found last stays until the next has ended. Thread-safe.
///
/// The folder holds `report.json` and `plot.svg`, figures only; while a run is on also its input and work, which hold
/// histories of users: an erasure ends the run and removes both, unless
/// the run began when the database had forgotten the user. After one that ran out of time they stay for the same
/// order, until another begins or somebody is erased.
public final class LabRuns implements ErasurePlace, AutoCloseable {
    /// The kind of its jobs.
    public static final String KIND = "lab";

    private static final Logger LOG = LoggerFactory.getLogger(LabRuns.class);
    private static final Duration DEADLINE = Duration.ofHours(24);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);

    private final Trainer.Learnt learnt;
    private final Jobs jobs;
    private final Path folder;
    private final Duration deadline;
    private @Nullable Run current;

    /// What is kept of a run beside its job.
    ///
    /// @param change the newest change in its input, -1 before that is written
    /// @param epoch of the database
    /// @param interactions in the input
    /// @param kept true when it ran out of time and its work waits for the same order
    record State(LabOrder order, long change, long epoch, long interactions, int resumed, boolean kept) {
        static State fresh(LabOrder order, long epoch) {
            return new State(order, -1, epoch, 0, 0, false);
        }

        State outOfTime() {
            return new State(order, change, epoch, interactions, resumed, true);
        }

        State takenUp(int times) {
            return new State(order, change, epoch, interactions, times, false);
        }

        static Optional<State> of(String json) {
            try {
                return Optional.of(JsonMapper.shared().readValue(json, State.class));
            } catch (JacksonException | NullPointerException e) {
                return Optional.empty();
            }
        }
    }

    /// With what is learnt from, and a folder of its own, made when there is none.
    ///
    /// @throws RetrievalException with code STORAGE when it cannot be made
    public LabRuns(Trainer.Learnt learnt, Jobs jobs, Path folder) {
        this(learnt, jobs, folder, DEADLINE);
    }

    /// With another time than a day for a run.
    LabRuns(Trainer.Learnt learnt, Jobs jobs, Path folder, Duration deadline) {
        this.deadline = deadline;
        this.learnt = learnt;
        this.jobs = jobs;
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw storage("make the folder " + folder, e);
        }
    }

    private Path input() {
        return folder.resolve("lab.input");
    }

    private Path work() {
        return folder.resolve("work");
    }

    /// Where the results stand, if there are any.
    public Optional<Path> results() {
        return Files.exists(folder.resolve(LabProcess.REPORT)) ? Optional.of(folder) : Optional.empty();
    }

    /// Starts one in the background, or gives the one under way, whatever that measures; one that an earlier process
    /// left goes on. Waits for one that was cancelled to be gone, half a minute at most.
    ///
    /// @throws RetrievalException with code DEADLINE when it is not
    public Job start(LabOrder order) {
        Run dying;
        synchronized (this) {
            dying = current;
        }
        if (dying != null && dying.cancelled && dying.working()) {
            join(dying, PATIENCE);
        }
        return startNow(order);
    }

    private synchronized Job startNow(LabOrder order) {
        Run dying = current;
        if (dying != null && dying.cancelled && dying.working()) {
            throw new RetrievalException(
                    RetrievalException.Code.DEADLINE,
                    "lab job " + dying.job + " was cancelled and has not ended yet: ask again");
        }
        Optional<Job> left = takeUp();
        if (left.isPresent()) {
            return left.get();
        }
        State state = kept().filter(before -> before.order.equals(order))
                .map(before -> before.takenUp(0))
                .orElseGet(() -> State.fresh(order, learnt.changes().epoch()));
        Job job = jobs.start(KIND, "waiting to begin");
        begin(job.id(), state);
        return job;
    }

    /// Of the newest run, when it ran out of time.
    private Optional<State> kept() {
        return newest().filter(job -> job.status() == JobStatus.FAILED)
                .flatMap(job -> jobs.state(job.id()))
                .flatMap(State::of)
                .filter(State::kept);
    }

    /// Goes on with the run that an earlier process left, if there is one, and removes what others worked with.
    ///
    /// @return the run that is under way now
    public synchronized Optional<Job> takeUp() {
        Run running = current;
        if (running != null && running.working()) {
            return jobs.job(running.job);
        }
        Optional<Job> left = jobs.takeOver(KIND);
        if (left.isEmpty()) {
            // A killed process cannot remove its own, and a database of before may not know of its job.
            if (kept().isEmpty()) {
                tidy();
            }
            return left;
        }
        JobId job = left.get().id();
        Optional<State> state = jobs.state(job).flatMap(State::of);
        if (state.isEmpty() || state.get().resumed >= Trainer.MOST_RESUMED) {
            jobs.update(
                    job,
                    JobStatus.FAILED,
                    0,
                    state.isEmpty()
                            ? "the process that ran it ended before it was done"
                            : "given up: the process ended during it " + (Trainer.MOST_RESUMED + 1) + " times");
            tidy();
            return Optional.empty();
        }
        State before = state.get();
        LOG.info("lab job {} of an earlier process goes on", job);
        begin(job, before.takenUp(before.resumed + 1));
        return jobs.job(job);
    }

    private void begin(JobId job, State state) {
        jobs.keepState(job, JsonMapper.shared().writeValueAsString(state));
        Run run = new Run(job, state);
        current = run;
        run.thread.start();
    }

    /// The run under way.
    public synchronized Optional<Job> running() {
        Run run = current;
        return run != null && run.working() ? jobs.job(run.job) : Optional.empty();
    }

    /// The newest run of this and earlier processes.
    public Optional<Job> newest() {
        return jobs.newest(KIND, 1).stream().findFirst();
    }

    /// Ends the run of the job; its finished cells are thrown away, the results of before stay.
    ///
    /// @return false when it is not under way
    public synchronized boolean cancel(JobId job) {
        Run run = current;
        if (run == null || !run.job.equals(job) || !run.working()) {
            return false;
        }
        run.cancelled = true;
        run.thread.interrupt();
        return true;
    }

    /// What holds histories of users.
    private void clear() {
        try {
            Files.deleteIfExists(input());
            if (Files.exists(work())) {
                try (Stream<Path> files = Files.walk(work())) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw storage("remove the work of the lab in " + folder, e);
        }
    }

    /// As [#clear], where the end of a job must not hang on it: the next lab, start or erasure tries again.
    private void tidy() {
        try {
            clear();
        } catch (RuntimeException e) {
            LOG.warn("what a lab worked with is still there: {}", e.getMessage());
        }
    }

    private static RetrievalException storage(String what, Exception e) {
        return new RetrievalException(RetrievalException.Code.STORAGE, "cannot " + what + ": " + e.getMessage(), e);
    }

    private final class Run {
        private final JobId job;
        private final Thread thread = Thread.ofVirtual().name("palate-lab").unstarted(this::run);
        private volatile State state;
        private volatile boolean cancelled;
        private volatile boolean stopped;
        private volatile boolean recorded;
        /// The newest change when it read the database, -1 before.
        private volatile long read;

        Run(JobId job, State state) {
            this.job = job;
            this.state = state;
            this.read = state.change;
        }

        /// True while it is at work and has read nobody who was erased: the feed tells of an erasure until that
        /// has been to every place.
        boolean clean() {
            return working() && !cancelled && ofThisDatabase(read);
        }

        /// True until its end is recorded.
        boolean working() {
            return thread.isAlive() && !recorded;
        }

        private void run() {
            try {
                if (!reusable()) {
                    note(0, "reading interactions");
                    clear();
                    write();
                }
                long items = learnt.catalog().count();
                try (TrainingProcess process = LabProcess.start(
                        input(), work(), folder, state.order, items, state.interactions, deadline, this::heard)) {
                    TrainingEvent.Finished done = process.await();
                    tidy();
                    end(
                            JobStatus.SUCCEEDED,
                            1,
                            done.events() + " events of " + done.users() + " users, " + done.millis() / 1000 + " s"
                                    + (state.resumed == 0 ? "" : ", taken up again"));
                }
            } catch (RuntimeException e) {
                failed(e);
            } catch (Error e) {
                failed(e);
                throw e;
            }
        }

        private void failed(Throwable e) {
            // An interrupted thread cannot write how it ended.
            boolean interrupted = Thread.interrupted();
            try {
                if (stopped && !cancelled) {
                    double progress = jobs.job(job).map(Job::progress).orElse(0.0);
                    end(JobStatus.RUNNING, progress, "stopped; it goes on at the next start");
                    return;
                }
                if (!cancelled
                        && e instanceof RetrievalException late
                        && late.code() == RetrievalException.Code.DEADLINE) {
                    jobs.keepState(job, JsonMapper.shared().writeValueAsString(state.outOfTime()));
                    end(
                            JobStatus.FAILED,
                            0,
                            "took longer than " + deadline.toSeconds() + " s and was stopped: the cells that are"
                                    + " finished are kept for a lab with the same tables, budgets and seeds, if it is"
                                    + " the next");
                    return;
                }
                if (!(e instanceof RetrievalException)) {
                    LOG.error("lab job {} failed", job, e);
                }
                tidy();
                String why = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " ");
                end(
                        cancelled ? JobStatus.CANCELLED : JobStatus.FAILED,
                        0,
                        cancelled ? "cancelled" : why.substring(0, Math.min(2_000, why.length())));
            } finally {
                recorded = true;
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private boolean reusable() {
            return ofThisDatabase(state.change)
                    && TrainingInput.changeNumber(input()).orElse(-1) == state.change;
        }

        /// True when what was read then is of this database as it is or was, and nobody in it was erased since.
        private boolean ofThisDatabase(long change) {
            return change >= 0
                    && state.epoch == learnt.changes().epoch()
                    && change <= learnt.changes().latest().value()
                    && TrainingRun.noneErasedSince(learnt.changes(), new ChangeNumber(change));
        }

        private void write() {
            long change = learnt.changes().latest().value();
            long epoch = learnt.changes().epoch();
            read = change;
            try (TrainingInputWriter writer = TrainingInputWriter.create(input(), change)) {
                learnt.interactions()
                        .scan(interaction -> writer.add(
                                interaction.user().value(),
                                interaction.item().value(),
                                (float) interaction.feedback().weight(),
                                interaction.at().getEpochSecond()));
                long count = writer.finish();
                state = new State(state.order, change, epoch, count, state.resumed, false);
                jobs.keepState(job, JsonMapper.shared().writeValueAsString(state));
            }
        }

        /// What cannot be noted is only not seen.
        private void heard(TrainingEvent event) {
            if (event instanceof TrainingEvent.Advanced(String phase, int done, int total)) {
                try {
                    note(Math.clamp((double) done / total, 0, 1), phase);
                } catch (RuntimeException e) {
                    LOG.debug("how far lab job {} is could not be noted", job, e);
                }
            }
        }

        private void note(double progress, String detail) {
            jobs.update(job, JobStatus.RUNNING, progress, detail);
        }

        private void end(JobStatus status, double progress, String detail) {
            jobs.update(job, status, progress, detail);
            recorded = true;
        }
    }

    @Override
    public String name() {
        return "embedding lab";
    }

    @Override
    public long erase(UserId user) {
        long held = remaining(user);
        Run run;
        synchronized (this) {
            run = current;
            if (run == null || !run.thread.isAlive()) {
                // Under the lock, so that none is taken up over files that are about to go.
                clear();
                return held;
            }
            if (run.clean()) {
                return 0;
            }
            run.cancelled = true;
            run.thread.interrupt();
        }
        join(run, PATIENCE);
        synchronized (this) {
            // One that began meanwhile read a database that had forgotten.
            if (run.equals(current)) {
                clear();
            }
        }
        return held;
    }

    @Override
    public long remaining(UserId user) {
        Run run;
        synchronized (this) {
            run = current;
        }
        return run != null && run.clean()
                ? 0
                : Stream.of(input(), work()).filter(Files::exists).count();
    }

    @Override
    public boolean learnsFromInteractions() {
        return true;
    }

    private static void join(Run run, Duration patience) {
        try {
            if (!run.thread.join(patience)) {
                LOG.warn("lab job {} did not end in time", run.job);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops the run under way, which the next process takes up again.
    @Override
    public void close() {
        Run run;
        synchronized (this) {
            run = current;
        }
        if (run != null && run.working()) {
            run.stopped = true;
            run.thread.interrupt();
            join(run, PATIENCE_AT_CLOSE);
        }
    }

    /// What was found last, as JSON.
    ///
    /// @throws RetrievalException with code STORAGE when it cannot be read
    public Optional<String> report() {
        return read(LabProcess.REPORT);
    }

    /// Its plot, as SVG.
    ///
    /// @throws RetrievalException with code STORAGE when it cannot be read
    public Optional<String> plot() {
        return read(LabProcess.PLOT);
    }

    private Optional<String> read(String name) {
        Path file = folder.resolve(name);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw storage("read " + file, e);
        }
    }

    /// The tables of a lab that nobody chose anything for.
    public static List<String> usual() {
        return LabOrder.QUICK.tables();
    }
}
