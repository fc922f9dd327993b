package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.SequenceSections;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.sequence.ItemTexts;
import dev.palate.retrieval.sequence.SequenceEpoch;
import dev.palate.retrieval.sequence.SequenceLayer;
import dev.palate.retrieval.sequence.SequenceLoss;
import dev.palate.retrieval.sequence.SequenceModel;
import dev.palate.retrieval.sequence.SequenceSettings;
import dev.palate.retrieval.sequence.SequenceShape;
import dev.palate.retrieval.sequence.SequenceTraining;
import dev.palate.retrieval.sequence.TorchRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/// Training with PyTorch, where its jars are in the cache; skipped elsewhere (`./palate model pull pytorch`).
class SequenceProcessTest {
    private static final int ITEMS = 60;
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    private final TorchRuntime torch = TorchRuntime.of(System.getenv());

    @TempDir
    Path folder;

    @BeforeEach
    void needsPyTorch() {
        assumeTrue(torch.jars().isPresent(), torch.advice());
    }

    static List<SequenceLayer> layers() {
        return List.of(new SequenceLayer.SelfAttention(64), new SequenceLayer.GatedAttention());
    }

    /// The next item follows from the last one; popularity finds one in six.
    @ParameterizedTest
    @MethodSource("layers")
    void learnsWhatFollowsWhatAndAgreesWithThePlainPass(SequenceLayer layer) {
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        SequenceModel model = fit(settings(layer, new SequenceLoss.FullSoftmax(), 30), Optional.empty(), events);
        assertThat(model.itemCount()).isEqualTo(ITEMS);
        TrainingEvent.SequenceReady ready = ready(events);
        assertThat(ready.disagreement()).isPositive().isLessThan(1e-4);
        SequenceEpoch.Evaluation found = Objects.requireNonNull(ready.best().evaluation());
        assertThat(found.recall()).isGreaterThan(.8);
        List<SequenceEpoch> curve = curve(events);
        assertThat(curve.getLast().loss()).isLessThan(curve.getFirst().loss());
        assertThat(curve).allSatisfy(epoch -> assertThat(epoch.cpuSeconds()).isPositive());
    }

    @Test
    void everyLossLearns() {
        for (SequenceLoss loss :
                List.of(new SequenceLoss.SampledSoftmax(20), new SequenceLoss.CalibratedBinary(20, 0.75, 2))) {
            List<TrainingEvent> events = new CopyOnWriteArrayList<>();
            fit(settings(new SequenceLayer.GatedAttention(), loss, 30), Optional.empty(), events);
            SequenceEpoch.Evaluation found =
                    Objects.requireNonNull(ready(events).best().evaluation());
            assertThat(found.recall()).as(loss.toString()).isGreaterThan(.6);
        }
    }

    /// The table that is served holds the text part as well: the plain pass would disagree with PyTorch without
    /// it.
    @Test
    void textsArePartOfTheItemVectors() {
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        SequenceSettings settings = settings(new SequenceLayer.GatedAttention(), new SequenceLoss.FullSoftmax(), 12);
        SequenceModel model = fit(settings, Optional.of(ItemTexts.centred(noise())), events);
        assertThat(model.items()).hasSize(ITEMS * settings.shape().dimension());
        assertThat(ready(events).disagreement()).isPositive().isLessThan(1e-4);
        SequenceEpoch.Evaluation found =
                Objects.requireNonNull(ready(events).best().evaluation());
        assertThat(found.recall()).isGreaterThan(.6);
    }

    @Test
    void aKilledRunGoesOnToTheSameModel() throws Exception {
        SequenceSettings settings = settings(new SequenceLayer.GatedAttention(), new SequenceLoss.FullSoftmax(), 6);
        SequenceModel whole = fit(settings, Optional.empty(), new CopyOnWriteArrayList<>());
        Path input = folder.resolve("input");
        Path output = folder.resolve("model");
        Path checkpoint = folder.resolve("checkpoint");
        SequenceFiles.write(source(Optional.empty()), input);
        CountDownLatch third = new CountDownLatch(3);
        try (TrainingProcess process = child(input, output, checkpoint, settings, event -> {
            if (event instanceof TrainingEvent.Epoch) {
                third.countDown();
            }
        })) {
            assertThat(third.await(2, TimeUnit.MINUTES)).isTrue();
            process.cancel();
        }
        assertThat(output).doesNotExist();
        assertThat(checkpoint).exists();
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        try (TrainingProcess process = child(input, output, checkpoint, settings, events::add)) {
            TrainingEvent.Finished ignored = process.await();
        }
        assertThat(curve(events).size()).as("epochs after the kill").isBetween(0, 4);
        assertThat(checkpoint).doesNotExist();
        SequenceModel resumed = SequenceSections.read(output);
        assertThat(resumed.items()).isEqualTo(whole.items());
        whole.weights()
                .forEach((name, values) ->
                        assertThat(resumed.weights().get(name)).as(name).isEqualTo(values));
    }

    @Test
    void aDamagedOrForeignCheckpointIsNotUsed() throws Exception {
        SequenceSettings settings = settings(new SequenceLayer.GatedAttention(), new SequenceLoss.FullSoftmax(), 2);
        SequenceModel whole = fit(settings, Optional.empty(), new CopyOnWriteArrayList<>());
        Path checkpoint = folder.resolve("checkpoint");
        Files.writeString(checkpoint, "not a checkpoint");
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        SequenceModel again = SequenceProcess.fit(
                source(Optional.empty()), settings, torch, Optional.of(checkpoint), DEADLINE, events::add);
        assertThat(curve(events)).hasSize(2);
        assertThat(again.items()).isEqualTo(whole.items());
    }

    /// What PyTorch takes must not grow from step to step.
    @Test
    void memoryDoesNotGrow() {
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        SequenceSettings settings = settings(new SequenceLayer.GatedAttention(), new SequenceLoss.FullSoftmax(), 40);
        fit(settings, Optional.of(ItemTexts.centred(noise())), events);
        List<SequenceEpoch> curve = curve(events);
        int early = curve.get(curve.size() / 3).residentMebibytes();
        int late = curve.getLast().residentMebibytes();
        assertThat(late)
                .as("MiB after %d epochs, %d before", curve.size(), early)
                .isLessThan(early + 120);
    }

    @Test
    void trainingOfAllModelsTakesTheSequenceModelAlong() {
        Path input = folder.resolve("input");
        Path output = folder.resolve("model");
        Ratings.write(input, 60, 300);
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        try (TrainingProcess process = TrainingProcess.start(
                input,
                output,
                new ModelVersion("v"),
                new TrainingProcess.Options(512, DEADLINE, TrainingOptions.defaults(1, 1)),
                Optional.empty(),
                Optional.of(new SequencePlaces(torch, folder.resolve("checkpoint"))),
                events::add)) {
            TrainingEvent.Finished ignored = process.await();
        }
        ModelSnapshot snapshot = ModelSnapshot.read(output);
        assertThat(snapshot.sequence()).isPresent();
        assertThat(snapshot.sources()).containsKey(dev.palate.retrieval.ranking.Signal.SEQUENCE);
        assertThat(ready(events).disagreement()).isLessThan(1e-4);
        assertThat(folder.resolve("checkpoint")).doesNotExist();
    }

    /// The second run, on all events, begins where it was, and the first one is not repeated.
    @Test
    void aTrainingKilledInItsRunOnAllEventsGoesOnThere() throws Exception {
        Path input = folder.resolve("input");
        Path output = folder.resolve("model");
        Path checkpoint = folder.resolve("training-sequence.checkpoint");
        Path ofWhole = folder.resolve("training-sequence-whole.checkpoint");
        Ratings.write(input, 60, 300);
        CountDownLatch kept = new CountDownLatch(1);
        List<TrainingEvent> before = new CopyOnWriteArrayList<>();
        try (TrainingProcess process = whole(input, output, checkpoint, event -> {
            before.add(event);
            if (event instanceof TrainingEvent.Advanced(String phase, int done, int ignored)
                    && phase.equals("sequence-whole")
                    && done >= 3) {
                kept.countDown();
            }
        })) {
            assertThat(kept.await(4, TimeUnit.MINUTES)).isTrue();
            process.cancel();
        }
        assertThat(output).doesNotExist();
        assertThat(ofWhole).exists();
        int most = before.stream()
                .mapToInt(event -> event instanceof TrainingEvent.Advanced(String phase, int ignored, int total)
                                && phase.equals("sequence-whole")
                        ? total
                        : 0)
                .max()
                .orElseThrow();
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        try (TrainingProcess process = whole(input, output, checkpoint, events::add)) {
            assertThat(process.await().users()).isPositive();
        }
        assertThat(curve(events)).as("epochs of the first run after the kill").isEmpty();
        List<Integer> epochs = new ArrayList<>();
        for (TrainingEvent event : events) {
            if (event instanceof TrainingEvent.Advanced(String phase, int done, int ignored)
                    && phase.equals("sequence-whole")) {
                epochs.add(done);
            }
        }
        assertThat(epochs).hasSizeLessThanOrEqualTo(most - 2).allMatch(epoch -> epoch > 2);
        assertThat(checkpoint).doesNotExist();
        assertThat(ofWhole).doesNotExist();
        SequenceModel resumed = ModelSnapshot.read(output).sequence().orElseThrow();
        Path again = folder.resolve("again");
        try (TrainingProcess process = whole(input, again, folder.resolve("other.checkpoint"), event -> {})) {
            assertThat(process.await().users()).isPositive();
        }
        assertThat(resumed.items())
                .isEqualTo(ModelSnapshot.read(again).sequence().orElseThrow().items());
    }

    private TrainingProcess whole(
            Path input, Path output, Path checkpoint, java.util.function.Consumer<TrainingEvent> listener) {
        return TrainingProcess.start(
                input,
                output,
                new ModelVersion("v"),
                new TrainingProcess.Options(512, DEADLINE, TrainingOptions.defaults(1, 1)),
                Optional.empty(),
                Optional.of(new SequencePlaces(torch, checkpoint)),
                listener);
    }

    /// PyTorch adds up in another order with other threads: the metrics stay within .002.
    @Test
    void otherThreadsOfPyTorchGiveTheSameMetrics() throws Exception {
        SequenceSettings settings = settings(new SequenceLayer.GatedAttention(), new SequenceLoss.FullSoftmax(), 4);
        SequenceEpoch.Evaluation one = trainedWith(1, settings);
        SequenceEpoch.Evaluation two = trainedWith(2, settings);
        assertThat(one.recall()).isGreaterThan(.3);
        assertThat(two.recall()).isCloseTo(one.recall(), within(.002));
        assertThat(two.ndcg()).isCloseTo(one.ndcg(), within(.002));
    }

    private SequenceEpoch.Evaluation trainedWith(int threads, SequenceSettings settings) throws Exception {
        Path input = folder.resolve("input" + threads);
        SequenceFiles.write(source(Optional.empty()), input);
        List<String> command = new ArrayList<>(TrainingProcess.command(
                512,
                Optional.of(torch),
                SequenceMain.class,
                List.of(
                        input.toString(),
                        folder.resolve("model" + threads).toString(),
                        JsonMapper.shared().writeValueAsString(settings),
                        folder.resolve("checkpoint" + threads).toString())));
        int at = command.indexOf("-Dai.djl.pytorch.num_threads=1");
        command.set(at, "-Dai.djl.pytorch.num_threads=" + threads);
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        try (TrainingProcess process =
                TrainingProcess.launch(command, folder.resolve("model" + threads), DEADLINE, events::add)) {
            assertThat(process.await().users()).isPositive();
        }
        return Objects.requireNonNull(ready(events).best().evaluation());
    }

    @Test
    void nothingToLearnIsSaid() {
        Histories none = new Histories.Builder(3).add(0, 1, 1).build();
        assertThatThrownBy(() -> SequenceProcess.fit(
                        new SequenceTraining.Source(none, Optional.empty(), Optional.empty()),
                        settings(new SequenceLayer.GatedAttention(), new SequenceLoss.FullSoftmax(), 1),
                        torch,
                        Optional.empty(),
                        DEADLINE,
                        event -> {}))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_INPUT))
                .hasMessage("no user has two events after the held-out one: nothing follows anything");
    }

    private SequenceModel fit(SequenceSettings settings, Optional<ItemTexts> texts, List<TrainingEvent> events) {
        return SequenceProcess.fit(source(texts), settings, torch, Optional.empty(), DEADLINE, events::add);
    }

    private TrainingProcess child(
            Path input,
            Path output,
            Path checkpoint,
            SequenceSettings settings,
            java.util.function.Consumer<TrainingEvent> listener) {
        List<String> arguments = List.of(
                input.toString(),
                output.toString(),
                JsonMapper.shared().writeValueAsString(settings),
                checkpoint.toString());
        return TrainingProcess.launch(
                TrainingProcess.command(512, Optional.of(torch), SequenceMain.class, arguments),
                output,
                DEADLINE,
                listener);
    }

    private static SequenceTraining.Source source(Optional<ItemTexts> texts) {
        SplittableRandom random = new SplittableRandom(4);
        Histories.Builder histories = new Histories.Builder(ITEMS);
        for (int user = 0; user < 300; user++) {
            int item = random.nextInt(ITEMS);
            int length = 8 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                histories.add(user, item, 1_000L * user + 60L * i);
                item = (item + (random.nextInt(10) == 0 ? 5 : 1)) % ITEMS;
            }
        }
        return new SequenceTraining.Source(histories.build(), Optional.empty(), texts);
    }

    private static float[][] noise() {
        SplittableRandom random = new SplittableRandom(8);
        float[][] noise = new float[ITEMS][384];
        for (float[] row : noise) {
            for (int k = 0; k < row.length; k++) {
                row[k] = (float) random.nextGaussian();
            }
        }
        return noise;
    }

    private static SequenceSettings settings(SequenceLayer layer, SequenceLoss loss, int epochs) {
        return new SequenceSettings(
                new SequenceShape(layer, 32, 2, 2, 20), loss, 0.1, 0.005, 0.98, 512, epochs, 1, 40, 300, 7);
    }

    private static TrainingEvent.SequenceReady ready(List<TrainingEvent> events) {
        return (TrainingEvent.SequenceReady) events.stream()
                .filter(event -> event instanceof TrainingEvent.SequenceReady)
                .findFirst()
                .orElseThrow();
    }

    private static List<SequenceEpoch> curve(List<TrainingEvent> events) {
        List<SequenceEpoch> curve = new ArrayList<>();
        for (TrainingEvent event : events) {
            if (event instanceof TrainingEvent.Epoch(SequenceEpoch epoch, int ignored)) {
                curve.add(epoch);
            }
        }
        return curve;
    }
}
