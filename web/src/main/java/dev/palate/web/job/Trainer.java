package dev.palate.web.job;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.evaluation.TunedSettings;
import dev.palate.retrieval.sequence.TorchRuntime;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Trains the collaborative model in a child JVM and activates it; one run at a time, each a job of kind `train`.
/// A run that the end of the process cut short is taken up again by the next [#takeUp] or [#start], under its job:
/// over the same input, and from the last checkpoint of the sequence model on. Thread-safe.
public final class Trainer implements AutoCloseable {
    /// What is learnt from.
    public record Learnt(Catalog catalog, Interactions interactions, Changes changes) {}

    /// What is taken besides interactions and the catalog.
    ///
    /// @param torch PyTorch, if it is there, for the sequence model
    /// @param texts vectors of the items' texts, as far as there are any
    /// @param encoding how serving centres them
    /// @param tables what vectors of ids are stored in, as the settings say
    public record Besides(
            TorchRuntime torch, TextVectors texts, Supplier<EncodingVersion> encoding, ChosenTables tables) {
        /// Without the texts.
        public static Besides of(TorchRuntime torch) {
            EncodingVersion none = new EncodingVersion("none", 0, new float[1]);
            return new Besides(torch, TextVectors.NONE, () -> none, ChosenTables.NOTHING);
        }

        /// Of this machine, without the texts.
        public static Besides ofThisMachine() {
            return of(TorchRuntime.of(System.getenv()));
        }

        /// The same with tables for vectors of ids.
        public Besides with(ChosenTables chosen) {
            return new Besides(torch, texts, encoding, chosen);
        }
    }

    /// How much is trained.
    public enum Extent {
        /// The models that take seconds: what a first start waits for.
        QUICK,
        /// All, with the sequence model where PyTorch is there.
        WHOLE
    }

    /// Why there is a training.
    public enum Cause {
        /// Somebody asked for it.
        ASKED,
        /// There was no model yet.
        FIRST,
        /// There was enough that is new.
        SCHEDULED
    }

    /// A training as it is kept.
    public record Report(Job job, TrainingState state) {
        /// True until it has ended.
        public boolean open() {
            return job.status() == JobStatus.PENDING || job.status() == JobStatus.RUNNING;
        }
    }

    /// What every run works with.
    record Parts(Learnt learnt, Besides besides, Jobs jobs, ModelRegistry registry, Path folder, InstantSource clock) {}

    /// The kind of its jobs.
    public static final String KIND = "train";

    /// So often a run is taken up again at most: one that ends the process each time must not do so for ever.
    static final int MOST_RESUMED = 5;

    /// The tuned settings, beside the models.
    private static final String TUNED = "tuned.json";

    /// The tables that were chosen, beside the models.
    private static final String TABLES = "tables.json";

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);

    private final Parts parts;
    private @Nullable TrainingRun current;

    /// With what is learnt from, where jobs are noted and models go; input files are made in the folder.
    public Trainer(
            Learnt learnt, Besides besides, Jobs jobs, ModelRegistry registry, Path folder, InstantSource clock) {
        this.parts = new Parts(learnt, besides, jobs, registry, folder, clock);
    }

    /// Starts a run of all models in the background, or gives the one under way.
    public Job start() {
        return start(Extent.WHOLE, Cause.ASKED);
    }

    /// Starts a run in the background, or gives the one under way: also one that an earlier process left, which goes
    /// on then, unless more is asked for than it does.
    public synchronized Job start(Extent extent, Cause cause) {
        Optional<Job> left = takeUp(extent);
        if (left.isPresent()) {
            return left.get();
        }
        Job job = parts.jobs.start(KIND, "waiting to begin");
        String version = ModelVersion.at(parts.clock.instant()).value();
        long epoch = parts.learnt.changes().epoch();
        begin(job.id(), TrainingState.fresh(extent, cause, version).with(-1, epoch, 0));
        return job;
    }

    /// Keeps settings that tuning chose, for all trainings that begin from now on; [TunedSettings#NONE] forgets them.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public synchronized void tune(TunedSettings settings) {
        keep(TUNED, settings.isEmpty() ? Optional.empty() : Optional.of(settings.toJson()));
    }

    /// The settings that the next training takes.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_INPUT when what is kept cannot be used
    public TunedSettings tuned() {
        return tuned(parts);
    }

    static TunedSettings tuned(Parts parts) {
        Path file = parts.folder.resolve(TUNED);
        try {
            return Files.exists(file) ? TunedSettings.ofJson(Files.readString(file)) : TunedSettings.NONE;
        } catch (IOException e) {
            throw new RetrievalException(
                    RetrievalException.Code.STORAGE, "cannot read the tuned settings in " + file + ": " + e, e);
        }
    }

    /// Which tables the next training takes.
    ///
    /// @param here true when they were chosen in the running server, false when they are those of the settings
    public record Tables(ChosenTables chosen, boolean here) {}

    /// Keeps tables for all trainings that begin from now on, in the place of those of the settings; empty goes by the
    /// settings again.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public synchronized void choose(Optional<ChosenTables> tables) {
        keep(TABLES, tables.map(JsonMapper.shared()::writeValueAsString));
    }

    /// The tables that the next training takes.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_INPUT when what is kept cannot be used
    public Tables tables() {
        return tables(parts);
    }

    static Tables tables(Parts parts) {
        Path file = parts.folder.resolve(TABLES);
        try {
            return Files.exists(file)
                    ? new Tables(JsonMapper.shared().readValue(Files.readString(file), ChosenTables.class), true)
                    : new Tables(parts.besides.tables, false);
        } catch (JacksonException e) {
            throw new RetrievalException(
                    RetrievalException.Code.BAD_INPUT,
                    "the tables chosen in " + file + " cannot be used (" + e.getMessage() + "): delete it",
                    e);
        } catch (IOException e) {
            throw new RetrievalException(
                    RetrievalException.Code.STORAGE, "cannot read the chosen tables in " + file + ": " + e, e);
        }
    }

    /// Writes a small file of the folder, or removes it.
    private void keep(String name, Optional<String> text) {
        Path file = parts.folder.resolve(name);
        try {
            if (text.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            Path written = parts.folder.resolve(name + ".new");
            Files.writeString(written, text.get());
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RetrievalException(RetrievalException.Code.STORAGE, "cannot keep " + file + ": " + e, e);
        }
    }

    /// Goes on with the run that an earlier process left, if there is one, and removes the files of all others.
    ///
    /// @return the run that is under way now
    public synchronized Optional<Job> takeUp() {
        return takeUp(Extent.QUICK);
    }

    private Optional<Job> takeUp(Extent least) {
        TrainingRun running = current;
        if (running != null && running.working()) {
            return parts.jobs.job(running.job());
        }
        Optional<Job> left = parts.jobs.takeOver(KIND);
        deleteFilesOfOthers(left.map(Job::id));
        if (left.isEmpty()) {
            return left;
        }
        JobId job = left.get().id();
        TrainingState state = parts.jobs
                .state(job)
                .flatMap(TrainingState::ofJson)
                .orElseGet(() -> TrainingState.fresh(
                        Extent.WHOLE,
                        Cause.ASKED,
                        ModelVersion.at(parts.clock.instant()).value()));
        if (state.extent().compareTo(least) < 0) {
            refuse(job, "the process that ran it ended before it was done, and a larger training was asked for");
            return Optional.empty();
        }
        if (state.epoch() >= 0 && state.epoch() != parts.learnt.changes().epoch()) {
            refuse(
                    job,
                    "it belongs to the database as it was before a back-up was restored;"
                            + " start a new one with ./palate train");
            return Optional.empty();
        }
        if (state.resumed() >= MOST_RESUMED) {
            refuse(
                    job,
                    "given up: the process ended during it " + (MOST_RESUMED + 1)
                            + " times; look for the reason in the log, then start it with ./palate train");
            return Optional.empty();
        }
        LOG.info("training job {} of an earlier process goes on", job);
        begin(job, state.takenUp());
        return parts.jobs.job(job);
    }

    private void refuse(JobId job, String why) {
        parts.jobs.update(job, JobStatus.FAILED, 0, why);
        deleteFilesOfOthers(Optional.empty());
    }

    private void begin(JobId job, TrainingState state) {
        parts.jobs.keepState(job, state.toJson());
        TrainingRun run = new TrainingRun(parts, job, state);
        current = run;
        run.begin();
    }

    /// Inputs of runs that are over: a killed process cannot remove its own.
    private void deleteFilesOfOthers(Optional<JobId> kept) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(parts.folder, TrainingRun.FILES)) {
            for (Path file : files) {
                if (kept.isEmpty()
                        || !file.getFileName().toString().contains(kept.get().value())) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("could not remove what earlier trainings left in {}: {}", parts.folder, e.getMessage());
        }
    }

    /// The run under way.
    public synchronized Optional<JobId> running() {
        TrainingRun run = current;
        return run != null && run.underWay() ? Optional.of(run.job()) : Optional.empty();
    }

    /// True until the end of the run is recorded, with its model served: so long there must be no second one.
    synchronized boolean working() {
        TrainingRun run = current;
        return run != null && run.working();
    }

    /// The run under way, when it began in this process and no erasure was told to end it: it has read a database that
    /// had forgotten whoever was erased before.
    synchronized Optional<TrainingRun> clean() {
        TrainingRun run = current;
        return run != null && run.clean() ? Optional.of(run) : Optional.empty();
    }

    /// True when this process trained the model and nobody whom it has learnt from was erased since.
    boolean clean(ModelVersion version) {
        TrainingRun run;
        synchronized (this) {
            run = current;
        }
        return run != null && run.version().equals(version) && run.ofThisDatabase();
    }

    /// The newest trainings of this and earlier processes, newest first.
    ///
    /// @param limit 1 to 100
    public List<Report> newest(int limit) {
        return parts.jobs.newest(KIND, limit).stream()
                .map(job -> new Report(
                        job,
                        parts.jobs
                                .state(job.id())
                                .flatMap(TrainingState::ofJson)
                                .orElseGet(() -> TrainingState.fresh(Extent.WHOLE, Cause.ASKED, ""))))
                .toList();
    }

    /// Ends the run of the job.
    ///
    /// @return false when it is not under way
    public synchronized boolean cancel(JobId job) {
        TrainingRun run = current;
        if (run == null || !run.job().equals(job) || !run.underWay()) {
            return false;
        }
        run.cancel();
        return true;
    }

    /// Ends the run under way and waits for its thread and its child to be gone.
    ///
    /// @return true when there was one
    boolean end(Duration patience) {
        TrainingRun run;
        synchronized (this) {
            run = current;
        }
        if (run == null || !run.alive()) {
            return false;
        }
        run.taint();
        if (run.underWay()) {
            run.cancel();
        }
        if (!run.join(patience)) {
            LOG.warn("training job {} did not end in time", run.job());
        }
        return true;
    }

    /// True while a run that was told to end is not gone yet.
    synchronized boolean ending() {
        TrainingRun run = current;
        return run != null && run.cancelled() && run.alive();
    }

    /// Stops the run under way, which the next process takes up again, and waits a little for its child to be gone.
    @Override
    public void close() {
        TrainingRun run;
        synchronized (this) {
            run = current;
        }
        if (run != null && !run.stop(PATIENCE_AT_CLOSE)) {
            LOG.warn("training job {} did not end in time", run.job());
        }
    }
}
