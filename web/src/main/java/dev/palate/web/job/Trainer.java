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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Trains the collaborative model in a child JVM and activates it; one run at a time and not beside a lab,
/// each a job of
/// kind `train`. A run that the end of the process cut short is taken up again by the next [#takeUp] or
/// [#start], under its job:
/// over the same input, and from the last checkpoint of the sequence model on. Thread-safe.
public final class Trainer implements AutoCloseable {
    /// What is learnt from.
    public record Learnt(Catalog catalog, Interactions interactions, Changes changes) {}

    /// What goes into a training besides the log and the catalog.
    ///
    /// @param torch PyTorch, if it is there, for the sequence model
    /// @param texts vectors of the items' texts, as far as there are any
    /// @param encoding how serving centres them
    /// @param tables what vectors of ids are stored in, as the settings say
    public record Ingredients(
            TorchRuntime torch, TextVectors texts, Supplier<EncodingVersion> encoding, ChosenTables tables) {
        /// Without the texts.
        public static Ingredients of(TorchRuntime torch) {
            EncodingVersion none = new EncodingVersion("none", 0, new float[1]);
            return new Ingredients(torch, TextVectors.NONE, () -> none, ChosenTables.NOTHING);
        }

        /// Of this machine, without the texts.
        public static Ingredients ofThisMachine() {
            return of(TorchRuntime.of(System.getenv()));
        }

        /// The same with tables for vectors of ids.
        public Ingredients with(ChosenTables chosen) {
            return new Ingredients(torch, texts, encoding, chosen);
        }
    }

    /// Where a training takes from and puts to.
    ///
    /// @param registry where its model is served from
    /// @param folder of its input files, of the tuned settings and the chosen tables
    record Workplace(
            Learnt learnt,
            Ingredients ingredients,
            Jobs jobs,
            ModelRegistry registry,
            Path folder,
            InstantSource clock) {
        /// The settings that the next training takes.
        TunedSettings tuned() {
            Path file = folder.resolve(TUNED);
            try {
                return Files.exists(file) ? TunedSettings.ofJson(Files.readString(file)) : TunedSettings.NONE;
            } catch (IOException e) {
                throw new RetrievalException(
                        RetrievalException.Code.STORAGE, "cannot read the tuned settings in " + file + ": " + e, e);
            }
        }

        /// The tables that the next training takes.
        Tables tables() {
            Path file = folder.resolve(TABLES);
            try {
                return Files.exists(file)
                        ? new Tables(JsonMapper.shared().readValue(Files.readString(file), ChosenTables.class), true)
                        : new Tables(ingredients.tables, false);
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

    /// The kind of its jobs.
    public static final String KIND = "train";

    /// The tuned settings, beside the models.
    private static final String TUNED = "tuned.json";

    /// The tables that were chosen, beside the models.
    private static final String TABLES = "tables.json";

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Workplace place;
    private final HeavyWork heavy;
    private final RunSlot<TrainingRun> slot = new RunSlot<>();

    /// With what is learnt from, where jobs are noted and models go; input files are made in the folder.
    ///
    /// @param heavy which it shares with the laboratory, where there is one
    public Trainer(
            Learnt learnt,
            Ingredients ingredients,
            Jobs jobs,
            HeavyWork heavy,
            ModelRegistry registry,
            Path folder,
            InstantSource clock) {
        this.place = new Workplace(learnt, ingredients, jobs, registry, folder, clock);
        this.heavy = heavy;
    }

    /// Starts a run of all models in the background, or gives the one under way.
    ///
    /// @throws RetrievalException with code REFUSED when a lab is under way
    public Job start() {
        return start(Extent.WHOLE, Cause.ASKED);
    }

    /// Starts a run in the background, or gives the one under way: also one that an earlier process left, which goes
    /// on then, unless more is asked for than it does. Waits for one that was cancelled to be gone, half a
    /// minute at most.
    ///
    /// @throws RetrievalException with code DEADLINE when it is not, REFUSED when a lab is under way
    public Job start(Extent extent, Cause cause) {
        slot.awaitCancelled(PATIENCE);
        return startNow(extent, cause);
    }

    private synchronized Job startNow(Extent extent, Cause cause) {
        slot.newest().filter(TrainingRun::cancelled).ifPresent(dying -> {
            throw new RetrievalException(
                    RetrievalException.Code.DEADLINE,
                    "training job " + dying.job() + " was cancelled and has not ended yet: ask again");
        });
        heavy.require(KIND);
        Optional<Job> left = takeUp(extent);
        if (left.isPresent()) {
            return left.get();
        }
        String version = ModelVersion.at(place.clock.instant()).value();
        long epoch = place.learnt.changes().epoch();
        return begin(
                () -> place.jobs.start(KIND, "waiting to begin"),
                TrainingState.fresh(extent, cause, version).with(-1, epoch, 0));
    }

    /// @throws RetrievalException with code REFUSED when a lab is under way
    public void require() {
        heavy.require(KIND);
    }

    /// What a training would have to wait for.
    Optional<HeavyWork.Busy> waitsFor() {
        return heavy.other(KIND);
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
        return place.tuned();
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
        return place.tables();
    }

    /// Writes a small file of the folder, or removes it.
    private void keep(String name, Optional<String> text) {
        Path file = place.folder.resolve(name);
        try {
            if (text.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            Path written = place.folder.resolve(name + ".new");
            Files.writeString(written, text.get());
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RetrievalException(RetrievalException.Code.STORAGE, "cannot keep " + file + ": " + e, e);
        }
    }

    /// Goes on with the run that an earlier process left, if there is one, and removes the files of all
    /// others. While a lab is under way it is left for later.
    ///
    /// @return the run that is under way now
    public synchronized Optional<Job> takeUp() {
        return takeUp(Extent.QUICK);
    }

    private Optional<Job> takeUp(Extent least) {
        Optional<TrainingRun> running = slot.working();
        if (running.isPresent()) {
            return place.jobs.job(running.get().job());
        }
        if (heavy.other(KIND).isPresent()) {
            return Optional.empty();
        }
        Optional<Job> left = place.jobs.takeOver(KIND);
        deleteFilesOfOthers(left.map(Job::id));
        if (left.isEmpty()) {
            return left;
        }
        JobId job = left.get().id();
        TrainingState state = place.jobs
                .state(job)
                .flatMap(TrainingState::ofJson)
                .orElseGet(() -> TrainingState.fresh(
                        Extent.WHOLE,
                        Cause.ASKED,
                        ModelVersion.at(place.clock.instant()).value()));
        if (state.extent().compareTo(least) < 0) {
            refuse(job, "the process that ran it ended before it was done, and a larger training was asked for");
            return Optional.empty();
        }
        if (state.epoch() >= 0 && state.epoch() != place.learnt.changes().epoch()) {
            refuse(
                    job,
                    "it belongs to the database as it was before a back-up was restored;"
                            + " start a new one with ./palate train");
            return Optional.empty();
        }
        if (state.resumed() >= ChildRun.MOST_RESUMED) {
            refuse(
                    job,
                    "given up: the process ended during it " + (ChildRun.MOST_RESUMED + 1)
                            + " times; look for the reason in the log, then start it with ./palate train");
            return Optional.empty();
        }
        LOG.info("training job {} of an earlier process goes on", job);
        return Optional.of(begin(left::get, state.takenUp()));
    }

    private void refuse(JobId job, String why) {
        place.jobs.update(job, JobStatus.FAILED, 0, why);
        deleteFilesOfOthers(Optional.empty());
    }

    private Job begin(Supplier<Job> made, TrainingState state) {
        TrainingRun run = heavy.begin(KIND, () -> {
            Job job = made.get();
            place.jobs.keepState(job.id(), state.toJson());
            TrainingRun next = new TrainingRun(place, job, state);
            slot.put(next);
            return next;
        });
        return place.jobs.job(run.job()).orElseThrow();
    }

    /// Inputs of runs that are over: a killed process cannot remove its own.
    private void deleteFilesOfOthers(Optional<JobId> kept) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(place.folder, TrainingRun.FILES)) {
            for (Path file : files) {
                if (kept.isEmpty()
                        || !file.getFileName().toString().contains(kept.get().value())) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("could not remove what earlier trainings left in {}: {}", place.folder, e.getMessage());
        }
    }

    /// The run under way.
    public Optional<JobId> running() {
        return slot.newest().filter(TrainingRun::underWay).map(TrainingRun::job);
    }

    /// True until the end of the run is recorded, with its model served: so long there must be no second one.
    boolean working() {
        return slot.working().isPresent();
    }

    /// The run under way, when it began in this process and no erasure was told to end it: it has read a database that
    /// had forgotten whoever was erased before.
    Optional<TrainingRun> clean() {
        return slot.newest().filter(TrainingRun::clean);
    }

    /// True when this process trained the model and nobody whom it has learnt from was erased since.
    boolean clean(ModelVersion version) {
        return slot.newest()
                .filter(run -> run.version().equals(version))
                .filter(TrainingRun::ofThisDatabase)
                .isPresent();
    }

    /// The newest trainings of this and earlier processes, newest first.
    ///
    /// @param limit 1 to 100
    public List<Report> newest(int limit) {
        return place.jobs.newest(KIND, limit).stream()
                .map(job -> new Report(
                        job,
                        place.jobs
                                .state(job.id())
                                .flatMap(TrainingState::ofJson)
                                .orElseGet(() -> TrainingState.fresh(Extent.WHOLE, Cause.ASKED, ""))))
                .toList();
    }

    /// Ends the run of the job.
    ///
    /// @return false when it is not under way
    public boolean cancel(JobId job) {
        return slot.cancel(job);
    }

    /// Ends the run under way, because of an erasure, and waits for its thread and its child to be gone.
    ///
    /// @return true when there was one
    boolean end(Duration patience) {
        Optional<TrainingRun> alive;
        synchronized (this) {
            // Under the lock, so that none is between being put here and being begun.
            alive = slot.newest().filter(TrainingRun::alive);
            alive.ifPresent(TrainingRun::taint);
        }
        alive.ifPresent(run -> slot.end(run, patience));
        return alive.isPresent();
    }

    /// True while a run that was told to end is not gone yet.
    boolean ending() {
        return slot.newest().filter(TrainingRun::cancelled).isPresent();
    }

    /// Stops the run under way, which the next process takes up again, and waits a little for its child to be gone.
    @Override
    public void close() {
        slot.close();
    }
}
