package dev.palate.web.job;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.job.Job;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.embedding.Activation;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.sequence.SequenceEpoch;
import dev.palate.retrieval.training.ChildHeap;
import dev.palate.retrieval.training.ItemContents;
import dev.palate.retrieval.training.SequencePlaces;
import dev.palate.retrieval.training.TrainingEvent;
import dev.palate.retrieval.training.TrainingInput;
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
final class TrainingRun extends ChildRun {
    /// The files of runs in the trainer's folder.
    static final String FILES = "training-*.{input,texts,contents}";

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration DEADLINE = Duration.ofHours(6);
    private static final String CHECKPOINT = "training-sequence.checkpoint";
    private static final String WHOLE_CHECKPOINT = "training-sequence-whole.checkpoint";
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

    private static final String NEXT_STEP =
            "give the machine or its container more memory; the model in use stays meanwhile";

    /// What is learnt within the memory that there is.
    ///
    /// @param remark for the end of the job, empty when there is nothing to say
    private record Plan(TrainingOptions training, int heapMebibytes, String remark) {}

    private final Trainer.Workplace place;
    private final Path input;
    private final Path contents;
    private volatile Instant begun = Instant.MAX;
    private final AtomicReference<TrainingState> state;
    private final AtomicBoolean tainted = new AtomicBoolean();
    private final TrainingRemarks remarks = new TrainingRemarks();

    TrainingRun(Trainer.Workplace place, Job job, TrainingState state) {
        super(place.learnt(), place.jobs(), job);
        this.place = place;
        this.state = new AtomicReference<>(state);
        this.input = place.folder().resolve("training-" + job.id() + ".input");
        this.contents = place.folder().resolve("training-" + job.id() + ".contents");
    }

    /// Of the model that it makes.
    ModelVersion version() {
        return new ModelVersion(state.get().version());
    }

    @Override
    void begin() {
        begun = place.clock().instant();
        super.begin();
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
    @Override
    boolean clean() {
        return working() && !tainted.get() && !cancelled() && state.get().resumed() == 0;
    }

    /// True when it made the file. Checkpoints have the same names for all: they are of the run that wrote them last.
    boolean made(Path file) throws IOException {
        String name = file.getFileName().toString();
        return name.contains(job().value())
                || file.equals(place.registry().file(version()))
                || ((name.equals(CHECKPOINT) || name.equals(WHOLE_CHECKPOINT))
                        && !Files.getLastModifiedTime(file).toInstant().isBefore(begun));
    }

    @Override
    void work() {
        ModelVersion version = version();
        Path model = place.registry().file(version);
        if (state.get().resumed() > 0 && Files.exists(model)) {
            // The process ended between the model and its activation.
            if (ofThisDatabase()) {
                finish(version, "");
                return;
            }
            delete(model);
        }
        say(0, "reading interactions");
        boolean reused = reusable();
        if (!reused) {
            // Before a log is written that nothing could be learnt from.
            Plan ignored = plan(place.learnt().interactions().count());
            write();
        }
        try {
            learn(version);
        } catch (RetrievalException e) {
            if (!reused || e.code() != RetrievalException.Code.BAD_FILE || cancelled()) {
                throw e;
            }
            LOG.warn("training job {} begins anew: {}", job(), e.getMessage());
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
        return ofThisDatabase(before.epoch(), before.change());
    }

    private void write() {
        long change = place.learnt().changes().latest().value();
        long epoch = place.learnt().changes().epoch();
        long arrived = place.learnt().interactions().arrival();
        delete(contents);
        long count = writeLog(input, change);
        keep(state.updateAndGet(before -> before.with(change, epoch, count).with(arrived)));
    }

    private void learn(ModelVersion version) {
        Optional<SequencePlaces> places = sequences();
        writeContents();
        Plan plan = plan(state.get().interactions());
        remarks.planned(plan.remark);
        TrainingProcess.Options options = new TrainingProcess.Options(plan.heapMebibytes, DEADLINE, plan.training);
        try (TrainingProcess process = TrainingProcess.start(
                input, place.registry().file(version), version, options, Optional.of(contents), places, this::heard)) {
            TrainingEvent.Finished finished = process.await();
            finish(version, ", " + finished.millis() + " ms");
        }
    }

    private TrainingOptions options() {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        TrainingOptions defaults = place.tuned().over(TrainingOptions.defaults(SEED, threads));
        // What a first start waits for has neither an adapter nor tables, which may take minutes.
        TrainingOptions fresh = state.get().extent() == Trainer.Extent.QUICK
                ? defaults.withoutAdapter()
                : defaults.with(place.tables().chosen());
        return place.registry()
                .active()
                .map(active ->
                        fresh.against(place.registry().file(active.about().version())))
                .orElse(fresh);
    }

    /// The heap that it needs, in MiB, with EASE in its sparse form where the dense one is too large. The sparse
    /// one gets what the machine has beyond the rest; where that is too little, the child leaves it
    /// out and says so.
    private Plan plan(long interactions) {
        TrainingOptions whole = options();
        long machine = ChildHeap.machineMebibytes();
        ChildHeap heap = heap(whole, interactions);
        if (heap.mebibytes() <= ChildHeap.most(machine)) {
            return new Plan(whole, withSparseEase(whole, heap, interactions, machine), "");
        }
        TrainingOptions sparse = whole.with(whole.sources().withSparseEase());
        ChildHeap smaller = heap(sparse, interactions);
        int ignored = smaller.require(machine, NEXT_STEP);
        return new Plan(
                sparse,
                withSparseEase(sparse, smaller, interactions, machine),
                "; EASE in its sparse form, for with the dense one it would need a heap of " + heap.mebibytes()
                        + " MiB");
    }

    private int withSparseEase(TrainingOptions training, ChildHeap heap, long interactions, long machine) {
        return heap.plus("sparse EASE", training.sparseEaseBytes(items(), interactions))
                .within(machine);
    }

    private int items() {
        return Math.toIntExact(Math.min(place.learnt().catalog().count(), Integer.MAX_VALUE));
    }

    private ChildHeap heap(TrainingOptions training, long interactions) {
        int items = items();
        ChildHeap heap = training.heap(items, interactions).plus("texts", ItemContents.heapBytes(items));
        return withSequence() ? heap.plus("the sequence model", SequencePlaces.heapBytes(items)) : heap;
    }

    /// Serves the model that is written, unless the gate refuses it.
    private void finish(ModelVersion version, String took) {
        ending();
        ModelSnapshot activated = place.registry()
                .active()
                .filter(active -> active.about().version().equals(version))
                .orElseGet(() -> place.registry()
                        .activate(
                                version,
                                Activation.Order.ofTraining(place.clock().instant())));
        discard();
        succeeded("model " + version + ": " + activated.about().users() + " users, "
                + activated.items().size() + " items, "
                + activated.about().events() + " events" + took + "; "
                + activated.verdict().described() + remarks.ofSequence() + tables(activated) + remarks.ofOthers()
                + resumed("; taken up again"));
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

    private boolean withSequence() {
        return state.get().extent() != Trainer.Extent.QUICK
                && place.ingredients().torch().jars().isPresent();
    }

    /// What the sequence model needs; empty when it is left out, which the end of the job says.
    private Optional<SequencePlaces> sequences() {
        if (state.get().extent() == Trainer.Extent.QUICK) {
            remarks.sequence("; the sequence model comes with the next training");
            return Optional.empty();
        }
        if (place.ingredients().torch().jars().isEmpty()) {
            String skipped = "; the sequence model was left out: "
                    + place.ingredients().torch().advice();
            LOG.info("training job {}{}", job(), skipped);
            remarks.sequence(skipped);
            return Optional.empty();
        }
        return Optional.of(
                new SequencePlaces(place.ingredients().torch(), place.folder().resolve(CHECKPOINT)));
    }

    /// Texts and categories of the items, of which signals are made. Those of before stay: the checkpoint is of these.
    private void writeContents() {
        if (Files.exists(contents)) {
            return;
        }
        TextVectors.Matrix matrix = place.ingredients().texts().current();
        EncodingVersion encoding = place.ingredients().encoding().get();
        boolean served =
                matrix.dimension() == encoding.dimension() && !matrix.ids().isEmpty();
        List<String> items = new ArrayList<>();
        List<List<String>> categories = new ArrayList<>();
        place.learnt().catalog().scan(item -> {
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
            say(share, String.format(Locale.ROOT, "sequence epoch %d, loss %.3f%s", epoch.epoch(), epoch.loss(), held));
        } else if (event instanceof TrainingEvent.SequenceReady(SequenceEpoch best, double ignored)) {
            remarks.sequence("; sequence model of epoch " + best.epoch());
        }
    }

    @Override
    void hear(TrainingEvent event) {
        heardOfSequence(event);
        if (event instanceof TrainingEvent.Skipped skipped) {
            LOG.warn("training job {}: the {} model was left out: {}", job(), skipped.part(), skipped.reason());
            remarks.leftOut(skipped);
        }
        if (event instanceof TrainingEvent.Advanced(String phase, int done, int total)) {
            double share = (Math.max(0, PHASES.indexOf(phase)) + (double) done / total) / PHASES.size();
            say(Math.clamp(share, 0, 1), phase + " " + done + "/" + total);
        }
    }

    private void keep(TrainingState now) {
        place.jobs().keepState(job(), now.toJson());
    }

    private void say(double progress, String detail) {
        note(progress, detail + resumed(", taken up again"));
    }

    private String resumed(String words) {
        int times = state.get().resumed();
        return times == 0
                ? ""
                : words + (times == 1 ? " once" : " " + times + " times") + " after an end of the process";
    }

    /// Before the end is recorded: who reads it finds none.
    @Override
    void discard() {
        delete(input);
        delete(contents);
    }
}
