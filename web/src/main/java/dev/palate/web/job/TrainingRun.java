package dev.palate.web.job;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.embedding.Activation;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.sequence.SequenceEpoch;
import dev.palate.retrieval.training.ItemContents;
import dev.palate.retrieval.training.SequencePlaces;
import dev.palate.retrieval.training.TrainingEvent;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingInputWriter;
import dev.palate.retrieval.training.TrainingOptions;
import dev.palate.retrieval.training.TrainingProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One training of a [Trainer], on a thread of its own. Thread-safe.
final class TrainingRun {
    /// The files of runs in the trainer's folder.
    static final String FILES = "training-*.{input,texts,contents}";

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration DEADLINE = Duration.ofHours(6);
    private static final String CHECKPOINT = "training-sequence.checkpoint";
    private static final String WHOLE_CHECKPOINT = "training-sequence-whole.checkpoint";
    private static final int CHANGES_AT_ONCE = 1_000;
    private static final long SEED = 42;
    private static final List<String> PHASES = List.of(
            "read",
            "sequence",
            "sequence-whole",
            "trial-ease",
            "trial-als",
            "trial-als-sparse",
            "trial-knn",
            "trial-transitions",
            "trial-bpr",
            "ranker",
            "gate",
            "ease",
            "als",
            "als-sparse",
            "knn",
            "transitions",
            "bpr",
            "adapter-trial",
            "adapter",
            "write");

    private final Trainer.Parts parts;
    private final JobId job;
    private final Thread thread;
    private final Path input;
    private final Path contents;
    private volatile Instant begun = Instant.MAX;
    private final AtomicReference<TrainingState> state;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();
    // Set before the end is recorded: who reads that a job has ended can no longer cancel it.
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean recorded = new AtomicBoolean();
    private final AtomicBoolean tainted = new AtomicBoolean();
    private final AtomicBoolean warned = new AtomicBoolean();
    private final AtomicReference<String> sequence = new AtomicReference<>("");
    /// What was left out besides.
    private final AtomicReference<String> others = new AtomicReference<>("");

    TrainingRun(Trainer.Parts parts, JobId job, TrainingState state) {
        this.parts = parts;
        this.job = job;
        this.state = new AtomicReference<>(state);
        this.input = parts.folder().resolve("training-" + job + ".input");
        this.contents = parts.folder().resolve("training-" + job + ".contents");
        this.thread = Thread.ofVirtual().name("palate-training").unstarted(this::run);
    }

    JobId job() {
        return job;
    }

    /// Of the model that it makes.
    ModelVersion version() {
        return new ModelVersion(state.get().version());
    }

    void begin() {
        begun = parts.clock().instant();
        thread.start();
    }

    boolean underWay() {
        return thread.isAlive() && !over.get();
    }

    /// True until its end is recorded, which is after its model is served.
    boolean working() {
        return thread.isAlive() && !recorded.get();
    }

    /// Somebody was erased whom it may have read.
    void taint() {
        tainted.set(true);
        if (underWay()) {
            keep(state.updateAndGet(TrainingState::endedByErasure));
        }
    }

    /// True while it is at work and has read nobody who was erased. One that was taken up may have read somebody before
    /// the erasure.
    boolean clean() {
        return working() && !tainted.get() && !cancelled.get() && state.get().resumed() == 0;
    }

    /// True when it made the file. Checkpoints have the same names for all: they are of the run that wrote them last.
    boolean made(Path file) throws IOException {
        String name = file.getFileName().toString();
        return name.contains(job.value())
                || file.equals(parts.registry().file(version()))
                || ((name.equals(CHECKPOINT) || name.equals(WHOLE_CHECKPOINT))
                        && !Files.getLastModifiedTime(file).toInstant().isBefore(begun));
    }

    void cancel() {
        cancelled.set(true);
        thread.interrupt();
    }

    boolean cancelled() {
        return cancelled.get();
    }

    /// True until its thread is gone, which is after its end was recorded.
    boolean alive() {
        return thread.isAlive();
    }

    /// Ends the work and leaves the job open, with its files, for the next process.
    ///
    /// @return false when it has not ended within the time
    boolean stop(Duration patience) {
        stopped.set(true);
        thread.interrupt();
        return join(patience);
    }

    /// Waits for its thread to be gone.
    ///
    /// @return false when it is not within the time
    boolean join(Duration patience) {
        try {
            return thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        try {
            train();
        } catch (RuntimeException e) {
            boolean kept = stopped.get() && !cancelled.get();
            if (!cancelled.get() && !kept && !(e instanceof RetrievalException)) {
                LOG.error("training job {} failed", job, e);
            }
            end(cancelled.get() ? JobStatus.CANCELLED : kept ? JobStatus.RUNNING : JobStatus.FAILED, e);
        }
    }

    private void train() {
        ModelVersion version = version();
        Path model = parts.registry().file(version);
        if (state.get().resumed() > 0 && Files.exists(model)) {
            // The process ended between the model and its activation.
            if (ofThisDatabase()) {
                finish(version, "");
                return;
            }
            delete(model);
        }
        note(0, "reading interactions");
        boolean reused = reusable();
        if (!reused) {
            write();
        }
        try {
            learn(version);
        } catch (RetrievalException e) {
            if (!reused || e.code() != RetrievalException.Code.BAD_FILE || cancelled.get()) {
                throw e;
            }
            LOG.warn("training job {} begins anew: {}", job, e.getMessage());
            write();
            learn(version);
        }
    }

    /// True when the input is the one that this run wrote, and still may be learnt from.
    private boolean reusable() {
        return ofThisDatabase()
                && TrainingInput.changeNumber(input).orElse(-1) == state.get().change();
    }

    /// True when what this run read is of this database as it is or was, and nobody in it was erased since.
    boolean ofThisDatabase() {
        TrainingState before = state.get();
        return before.change() >= 0
                && before.epoch() == parts.learnt().changes().epoch()
                && before.change() <= parts.learnt().changes().latest().value()
                && noneErasedSince(parts.learnt().changes(), new ChangeNumber(before.change()));
    }

    /// True when the feed knows of no erasure of a user after the change. One that has ended is no longer told there:
    /// it has been to every place by then.
    static boolean noneErasedSince(Changes changes, ChangeNumber input) {
        if (input.value() < changes.horizon().value()) {
            return false;
        }
        ChangeNumber seen = input;
        List<Change> some = changes.after(seen, CHANGES_AT_ONCE);
        while (!some.isEmpty()) {
            if (some.stream().anyMatch(change -> change.type() == Change.Type.USER)) {
                return false;
            }
            seen = some.getLast().number();
            some = changes.after(seen, CHANGES_AT_ONCE);
        }
        return true;
    }

    private void write() {
        long change = parts.learnt().changes().latest().value();
        long epoch = parts.learnt().changes().epoch();
        long arrived = parts.learnt().interactions().arrival();
        delete(contents);
        try (TrainingInputWriter writer = TrainingInputWriter.create(input, change)) {
            parts.learnt()
                    .interactions()
                    .scan(interaction -> writer.add(
                            interaction.user().value(),
                            interaction.item().value(),
                            (float) interaction.feedback().weight(),
                            interaction.at().getEpochSecond()));
            long count = writer.finish();
            keep(state.updateAndGet(before -> before.with(change, epoch, count).with(arrived)));
        }
    }

    private void learn(ModelVersion version) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        TrainingOptions defaults = Trainer.tuned(parts).over(TrainingOptions.defaults(SEED, threads));
        // What a first start waits for has neither an adapter nor tables, which may take minutes.
        TrainingOptions fresh = state.get().extent() == Trainer.Extent.QUICK
                ? defaults.withoutAdapter()
                : defaults.with(Trainer.tables(parts).chosen());
        TrainingOptions training = parts.registry()
                .active()
                .map(active ->
                        fresh.against(parts.registry().file(active.about().version())))
                .orElse(fresh);
        int items = Math.toIntExact(Math.min(parts.learnt().catalog().count(), Integer.MAX_VALUE));
        Optional<SequencePlaces> places = sequences();
        writeContents();
        int heap = training.heapMebibytes(items, state.get().interactions())
                + ItemContents.heapMebibytes(items)
                + places.map(all -> SequencePlaces.heapMebibytes(items)).orElse(0);
        TrainingProcess.Options options = new TrainingProcess.Options(heap, DEADLINE, training);
        try (TrainingProcess process = TrainingProcess.start(
                input, parts.registry().file(version), version, options, Optional.of(contents), places, this::heard)) {
            TrainingEvent.Finished finished = process.await();
            finish(version, ", " + finished.millis() + " ms");
        }
    }

    /// Serves the model that is written, unless the gate refuses it.
    private void finish(ModelVersion version, String took) {
        over.set(true);
        ModelSnapshot activated = parts.registry()
                .active()
                .filter(active -> active.about().version().equals(version))
                .orElseGet(() -> parts.registry()
                        .activate(
                                version,
                                Activation.Order.ofTraining(parts.clock().instant())));
        deleteFiles();
        parts.jobs()
                .update(
                        job,
                        JobStatus.SUCCEEDED,
                        1,
                        "model " + version + ": " + activated.about().users() + " users, "
                                + activated.items().size() + " items, "
                                + activated.about().events() + " events" + took + "; "
                                + activated.verdict().described() + sequence.get() + tables(activated) + others.get()
                                + resumed("; taken up again"));
        recorded.set(true);
    }

    private static String tables(ModelSnapshot model) {
        return model.embeddings()
                .map(ids -> String.format(
                        Locale.ROOT,
                        "; vectors of ids: %s, %,d bytes",
                        ids.parts().chosen().words(),
                        ids.residentBytes()))
                .orElse("");
    }

    /// What the sequence model needs; empty when it is left out, which the end of the job says.
    private Optional<SequencePlaces> sequences() {
        if (state.get().extent() == Trainer.Extent.QUICK) {
            sequence.set("; the sequence model comes with the next training");
            return Optional.empty();
        }
        if (parts.besides().torch().jars().isEmpty()) {
            String skipped = "; the sequence model was left out: "
                    + parts.besides().torch().advice();
            LOG.info("training job {}{}", job, skipped);
            sequence.set(skipped);
            return Optional.empty();
        }
        return Optional.of(
                new SequencePlaces(parts.besides().torch(), parts.folder().resolve(CHECKPOINT)));
    }

    /// Texts and categories of the items, of which signals are made. Those of before stay: the checkpoint is of these.
    private void writeContents() {
        if (Files.exists(contents)) {
            return;
        }
        TextVectors.Matrix matrix = parts.besides().texts().current();
        EncodingVersion encoding = parts.besides().encoding().get();
        boolean served =
                matrix.dimension() == encoding.dimension() && !matrix.ids().isEmpty();
        List<String> items = new ArrayList<>();
        List<List<String>> categories = new ArrayList<>();
        parts.learnt().catalog().scan(item -> {
            items.add(item.id().value());
            categories.add(item.categories());
        });
        new ItemContents(
                        matrix.ids().stream().map(ItemId::value).toList(),
                        matrix.raw(),
                        served ? encoding.mean() : new float[0],
                        served ? encoding.id() : "",
                        items,
                        categories)
                .write(contents);
    }

    private void heardOfSequence(TrainingEvent event) {
        if (event instanceof TrainingEvent.Epoch(SequenceEpoch epoch, int most)) {
            keep(state.updateAndGet(before -> before.with(epoch)));
            SequenceEpoch.Evaluation found = epoch.evaluation();
            String held = found == null ? "" : String.format(Locale.ROOT, ", held out NDCG@10 %.3f", found.ndcg());
            double share = (PHASES.indexOf("sequence") + (double) epoch.epoch() / most) / PHASES.size();
            note(
                    share,
                    String.format(Locale.ROOT, "sequence epoch %d, loss %.3f%s", epoch.epoch(), epoch.loss(), held));
        } else if (event instanceof TrainingEvent.SequenceReady(SequenceEpoch best, double ignored)) {
            sequence.set("; sequence model of epoch " + best.epoch());
        } else if (event instanceof TrainingEvent.Skipped(String part, String reason)) {
            AtomicReference<String> told = part.equals("sequence") ? sequence : others;
            told.set("; the " + part + " model was left out: " + reason);
        }
    }

    /// What cannot be noted is only not seen: it does not end the training.
    private void heard(TrainingEvent event) {
        try {
            noteHeard(event);
        } catch (RuntimeException e) {
            if (warned.compareAndSet(false, true)) {
                LOG.warn("training job {} goes on, but how far it is could not be noted: {}", job, e.getMessage());
            }
        }
    }

    private void noteHeard(TrainingEvent event) {
        heardOfSequence(event);
        if (event instanceof TrainingEvent.Advanced(String phase, int done, int total)) {
            double share = (Math.max(0, PHASES.indexOf(phase)) + (double) done / total) / PHASES.size();
            note(Math.clamp(share, 0, 1), phase + " " + done + "/" + total);
        }
    }

    private void keep(TrainingState now) {
        parts.jobs().keepState(job, now.toJson());
    }

    private void note(double progress, String detail) {
        parts.jobs().update(job, JobStatus.RUNNING, progress, detail + resumed(", taken up again"));
    }

    private String resumed(String words) {
        int times = state.get().resumed();
        return times == 0
                ? ""
                : words + (times == 1 ? " once" : " " + times + " times") + " after an end of the process";
    }

    private void end(JobStatus status, RuntimeException e) {
        if (status != JobStatus.RUNNING) {
            over.set(true);
            deleteFiles();
        }
        // A cancelled run is an interrupted thread, and an interrupted thread cannot write how it ended.
        boolean interrupted = Thread.interrupted();
        String message = status == JobStatus.RUNNING
                ? "stopped; it goes on at the next start"
                : String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " ");
        try {
            double progress = status == JobStatus.RUNNING
                    ? parts.jobs().job(job).map(seen -> seen.progress()).orElse(0.0)
                    : 0;
            parts.jobs().update(job, status, progress, message.substring(0, Math.min(2_000, message.length())));
        } finally {
            recorded.set(true);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Before the end is recorded: who reads it finds none.
    private void deleteFiles() {
        delete(input);
        delete(contents);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("could not delete {}", file);
        }
    }
}
