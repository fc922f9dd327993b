package dev.palate.web.job;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Changes;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.sequence.SequenceEpoch;
import dev.palate.retrieval.sequence.TorchRuntime;
import dev.palate.retrieval.training.SequencePlaces;
import dev.palate.retrieval.training.TextsFile;
import dev.palate.retrieval.training.TrainingEvent;
import dev.palate.retrieval.training.TrainingInputWriter;
import dev.palate.retrieval.training.TrainingOptions;
import dev.palate.retrieval.training.TrainingProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Trains the collaborative model in a child JVM and activates it; one run at a time, each a job of kind `train`.
/// Thread-safe.
public final class Trainer implements AutoCloseable {
    /// What is learnt from.
    public record Learnt(Catalog catalog, Interactions interactions, Changes changes) {}

    /// What the sequence model takes besides.
    ///
    /// @param torch PyTorch, if it is there
    /// @param texts vectors of the items' texts, as far as there are any
    public record Sequences(TorchRuntime torch, TextVectors texts) {
        /// Of this machine, on ids alone.
        public static Sequences ofThisMachine() {
            return new Sequences(TorchRuntime.of(System.getenv()), TextVectors.NONE);
        }
    }

    /// How much is trained.
    public enum Extent {
        /// The models that take seconds: what a first start waits for.
        QUICK,
        /// All, with the sequence model where PyTorch is there.
        WHOLE
    }

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final String KIND = "train";
    private static final Duration DEADLINE = Duration.ofHours(6);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);
    private static final String CHECKPOINT = "training-sequence.checkpoint";
    private static final long SEED = 42;
    private static final List<String> PHASES = List.of(
            "read",
            "sequence",
            "trial-ease",
            "trial-als",
            "trial-als-sparse",
            "trial-knn",
            "trial-transitions",
            "ranker",
            "gate",
            "ease",
            "als",
            "als-sparse",
            "knn",
            "transitions",
            "write");

    private final Learnt learnt;
    private final Sequences sequences;
    private final Jobs jobs;
    private final ModelRegistry registry;
    private final Path folder;
    private final InstantSource clock;
    private @Nullable Run current;

    /// With what is learnt from, where jobs are noted and models go; input files are made in the folder.
    public Trainer(
            Learnt learnt, Sequences sequences, Jobs jobs, ModelRegistry registry, Path folder, InstantSource clock) {
        this.learnt = learnt;
        this.sequences = sequences;
        this.jobs = jobs;
        this.registry = registry;
        this.folder = folder;
        this.clock = clock;
    }

    /// Starts a run of all models in the background, or gives the one under way.
    public Job start() {
        return start(Extent.WHOLE);
    }

    /// Starts a run in the background, or gives the one under way.
    public synchronized Job start(Extent extent) {
        Run running = current;
        if (running != null && running.underWay()) {
            return jobs.job(running.job).orElseThrow();
        }
        Job job = jobs.start(KIND, "waiting to begin");
        Run run = new Run(job.id(), extent);
        current = run;
        run.thread.start();
        return job;
    }

    /// The run under way.
    public synchronized Optional<JobId> running() {
        Run run = current;
        return run != null && run.underWay() ? Optional.of(run.job) : Optional.empty();
    }

    /// Ends the run of the job.
    ///
    /// @return false when it is not under way
    public synchronized boolean cancel(JobId job) {
        Run run = current;
        if (run == null || !run.job.equals(job) || !run.underWay()) {
            return false;
        }
        run.cancel();
        return true;
    }

    /// Ends the run under way and waits for its thread and its child to be gone.
    ///
    /// @return true when there was one
    boolean end(Duration patience) {
        Run run;
        synchronized (this) {
            run = current;
        }
        if (run == null || !run.thread.isAlive()) {
            return false;
        }
        if (run.underWay()) {
            run.cancel();
        }
        try {
            if (!run.thread.join(patience)) {
                LOG.warn("training job {} did not end in time", run.job);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /// True while a run that was told to end is not gone yet.
    synchronized boolean ending() {
        Run run = current;
        return run != null && run.cancelled.get() && run.thread.isAlive();
    }

    /// Ends the run under way and waits a little for its child to be gone.
    @Override
    public void close() {
        end(PATIENCE_AT_CLOSE);
    }

    private final class Run {
        private final JobId job;
        private final Extent extent;
        private final Thread thread;
        private final AtomicBoolean cancelled = new AtomicBoolean();
        // Set before the end is recorded: who reads that a job has ended can no longer cancel it.
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicReference<String> sequence = new AtomicReference<>("");

        Run(JobId job, Extent extent) {
            this.job = job;
            this.extent = extent;
            this.thread = Thread.ofVirtual().name("palate-training").unstarted(this::run);
        }

        boolean underWay() {
            return thread.isAlive() && !over.get();
        }

        void cancel() {
            cancelled.set(true);
            thread.interrupt();
        }

        private void run() {
            Path input = folder.resolve("training-" + job + ".input");
            Path texts = folder.resolve("training-" + job + ".texts");
            try {
                train(input, texts);
            } catch (RuntimeException e) {
                if (!cancelled.get() && !(e instanceof RetrievalException)) {
                    LOG.error("training job {} failed", job, e);
                }
                end(cancelled.get() ? JobStatus.CANCELLED : JobStatus.FAILED, e);
            } finally {
                delete(input);
                delete(texts);
            }
        }

        private void train(Path input, Path texts) {
            note(0, "reading interactions");
            long interactions = write(input);
            ModelVersion version = ModelVersion.at(clock.instant());
            int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
            TrainingOptions fresh = TrainingOptions.defaults(SEED, threads);
            TrainingOptions training = registry.active()
                    .map(active -> fresh.against(registry.file(active.about().version())))
                    .orElse(fresh);
            int items = Math.toIntExact(Math.min(learnt.catalog.count(), Integer.MAX_VALUE));
            Optional<SequencePlaces> places = sequences(texts);
            int heap = training.heapMebibytes(items, interactions)
                    + places.map(all -> SequencePlaces.heapMebibytes(items)).orElse(0);
            TrainingProcess.Options options = new TrainingProcess.Options(heap, DEADLINE, training);
            try (TrainingProcess process =
                    TrainingProcess.start(input, registry.file(version), version, options, places, this::heard)) {
                TrainingEvent.Finished finished = process.await();
                over.set(true);
                ModelSnapshot activated = registry.activate(version);
                jobs.update(
                        job,
                        JobStatus.SUCCEEDED,
                        1,
                        "model " + version + ": " + finished.users() + " users, " + finished.items() + " items, "
                                + finished.events() + " events, " + finished.millis() + " ms; "
                                + activated.verdict().described() + sequence.get());
            }
        }

        private long write(Path input) {
            try (TrainingInputWriter writer =
                    TrainingInputWriter.create(input, learnt.changes.latest().value())) {
                learnt.interactions.scan(interaction -> writer.add(
                        interaction.user().value(),
                        interaction.item().value(),
                        (float) interaction.feedback().weight(),
                        interaction.at().getEpochSecond()));
                return writer.finish();
            }
        }

        /// What the sequence model needs; empty when it is left out, which the end of the job says.
        private Optional<SequencePlaces> sequences(Path texts) {
            if (extent == Extent.QUICK) {
                sequence.set("; the sequence model comes with the next training");
                return Optional.empty();
            }
            if (sequences.torch().jars().isEmpty()) {
                String skipped = "; the sequence model was left out: "
                        + sequences.torch().advice();
                LOG.info("training job {}{}", job, skipped);
                sequence.set(skipped);
                return Optional.empty();
            }
            TextVectors.Matrix matrix = sequences.texts().current();
            if (!matrix.ids().isEmpty()) {
                TextsFile.write(matrix.ids().stream().map(ItemId::value).toList(), matrix.raw(), texts);
            }
            return Optional.of(new SequencePlaces(
                    sequences.torch(),
                    folder.resolve(CHECKPOINT),
                    matrix.ids().isEmpty() ? Optional.empty() : Optional.of(texts)));
        }

        private void heardOfSequence(TrainingEvent event) {
            if (event instanceof TrainingEvent.Epoch(SequenceEpoch epoch, int most)) {
                SequenceEpoch.Evaluation found = epoch.evaluation();
                String held = found == null ? "" : String.format(Locale.ROOT, ", held out NDCG@10 %.3f", found.ndcg());
                double share = (PHASES.indexOf("sequence") + (double) epoch.epoch() / most) / PHASES.size();
                note(
                        share,
                        String.format(
                                Locale.ROOT, "sequence epoch %d, loss %.3f%s", epoch.epoch(), epoch.loss(), held));
            } else if (event instanceof TrainingEvent.SequenceReady(SequenceEpoch best, double ignored)) {
                sequence.set("; sequence model of epoch " + best.epoch());
            } else if (event instanceof TrainingEvent.Skipped(String part, String reason)) {
                sequence.set("; the " + part + " model was left out: " + reason);
            }
        }

        private void heard(TrainingEvent event) {
            heardOfSequence(event);
            if (event instanceof TrainingEvent.Advanced(String phase, int done, int total)) {
                double share = (Math.max(0, PHASES.indexOf(phase)) + (double) done / total) / PHASES.size();
                note(Math.clamp(share, 0, 1), phase + " " + done + "/" + total);
            }
        }

        private void note(double progress, String detail) {
            jobs.update(job, JobStatus.RUNNING, progress, detail);
        }

        private void end(JobStatus status, RuntimeException e) {
            over.set(true);
            // A cancelled run is an interrupted thread, and an interrupted thread cannot write how it ended.
            boolean interrupted = Thread.interrupted();
            String message = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " ");
            try {
                jobs.update(job, status, 0, message.substring(0, Math.min(2_000, message.length())));
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static void delete(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("could not delete {}", file);
            }
        }
    }
}
