package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.ranking.Signal;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class TrainingProcessTest {
    private static final ModelVersion VERSION = new ModelVersion("v1");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

    @TempDir
    Path folder;

    private Path input;
    private Path output;

    @BeforeEach
    void places() {
        input = folder.resolve("input");
        output = folder.resolve("model");
    }

    @Test
    void theChildTrainsWhatThisProcessWouldTrain() {
        Ratings.write(input, 100, 400);
        TrainingOptions options = TrainingOptions.defaults(5, 2);
        List<TrainingEvent> events = new CopyOnWriteArrayList<>();
        TrainingEvent.Finished finished;
        try (TrainingProcess process = start(options, Duration.ofMinutes(2), events::add)) {
            finished = process.await();
        }
        ModelSnapshot expected = Training.run(TrainingInput.read(input), options, VERSION, CLOCK, Progress.NONE);
        ModelSnapshot actual = ModelSnapshot.read(output);
        assertThat(finished.events()).isEqualTo(expected.about().events());
        assertThat(actual.about().changeNumber()).isEqualTo(77);
        for (Signal signal : expected.sources().keySet()) {
            assertThat(scores(actual, signal)).as(signal.key()).isEqualTo(scores(expected, signal));
        }
        assertThat(events)
                .contains(new TrainingEvent.Advanced("als", 10, 10), new TrainingEvent.Advanced("write", 1, 1));
        assertThat(folder.resolve("model.part")).doesNotExist();
    }

    @Test
    void cancellingLeavesNeitherProcessNorFile() throws InterruptedException {
        Ratings.write(input, 100, 400);
        CountDownLatch working = new CountDownLatch(1);
        TrainingProcess process = start(endless(), Duration.ofMinutes(2), event -> {
            if (event instanceof TrainingEvent.Advanced(String phase, int done, int total)
                    && phase.equals("als")
                    && done < total) {
                working.countDown();
            }
        });
        assertThat(working.await(60, TimeUnit.SECONDS)).isTrue();
        process.cancel();
        assertThat(ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThatThrownBy(process::await)
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.CANCELLED))
                .hasMessage("training was cancelled");
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(input));
    }

    @Test
    void theDeadlineStopsTheChild() {
        Ratings.write(input, 100, 400);
        TrainingProcess process = start(endless(), Duration.ofMillis(1_500), event -> {});
        assertThatThrownBy(process::await)
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE))
                .hasMessage("training took longer than 1 s and was stopped: raise its deadline");
        assertThat(ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(output).doesNotExist();
    }

    @Test
    void theChildEndsWithItsParent() throws Exception {
        Ratings.write(input, 100, 400);
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainingMain.class.getName(),
                        input.toString(),
                        output.toString(),
                        "v1",
                        JsonMapper.shared().writeValueAsString(endless()),
                        TrainingMain.NONE,
                        TrainingMain.NONE))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(child.waitFor(1, TimeUnit.SECONDS)).isFalse();
        child.getOutputStream().close();
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(3);
        assertThat(output).doesNotExist();
    }

    @Test
    void theReasonOfAFailureComesBack() throws Exception {
        Files.writeString(input, "user_id item_id");
        try (TrainingProcess process = start(TrainingOptions.defaults(1, 1), Duration.ofMinutes(1), event -> {})) {
            assertThatThrownBy(process::await)
                    .isInstanceOfSatisfying(
                            RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE))
                    .hasMessageEndingWith(" is not a training input: it does not start with PALATETI");
        }
        assertThat(output).doesNotExist();
    }

    @Test
    void linesThatAreNoEventsAreSkipped() {
        TrainingEvent event = new TrainingEvent.Failed(Code.MEMORY, "a \"quoted\" reason");
        assertThat(TrainingEvent.ofLine(event.toLine())).contains(event);
        assertThat(TrainingEvent.ofLine("WARNING: Using incubator modules")).isEmpty();
        assertThat(TrainingEvent.ofLine("{\"event\":\"dance\"}")).isEmpty();
        assertThat(TrainingEvent.ofLine("{\"event\":")).isEmpty();
    }

    @Test
    void heapGrowsWithTheItemsAndOptionsAreChecked() {
        TrainingOptions options = TrainingOptions.defaults(1, 1);
        assertThat(options.heap(9_066, 100_000).mebibytes()).isBetween(900L, 1_200L);
        assertThat(options.heap(20_001, 0).mebibytes())
                .isLessThan(options.heap(20_000, 0).mebibytes());
        assertThatThrownBy(() -> new TrainingProcess.Options(1, Duration.ofSeconds(1), options))
                .hasMessage("heapMebibytes must be in [64, 1048576], was 1");
        assertThatThrownBy(() -> new TrainingProcess.Options(64, Duration.ZERO, options))
                .hasMessage("deadline must be above zero, was PT0S");
    }

    @Test
    void aHeapThatTheMachineDoesNotHaveIsRefusedWithWhatItIsFor() {
        TrainingOptions options = TrainingOptions.defaults(1, 1);
        ChildHeap heap = options.heap(18_000, 10_000_000).plus("texts", 100L << 20);
        int needed = heap.require(1 << 20, "");
        assertThat(needed).isEqualTo(Math.toIntExact(heap.mebibytes()));
        assertThat(heap.require((needed + 3) / 3 * 4, "")).isEqualTo(needed);
        assertThatThrownBy(() -> heap.require(4_096, "buy more"))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(RetrievalException.Code.MEMORY))
                .hasMessageMatching("a training over 10000000 interactions and 18000 items needs a heap of " + needed
                        + " MiB \\(384 and 3815 for the interactions, 400 bytes each, \\d+ for EASE and item"
                        + " neighbours, 0 for vectors of ids, 100 for texts\\), this machine of 4096 MiB gives at most"
                        + " 3072: buy more");
        assertThat(options.with(options.sources().withSparseEase())
                        .heap(18_000, 10_000_000)
                        .mebibytes())
                .isLessThan(heap.mebibytes());
    }

    @Test
    void sparseEaseThatTheHeapDoesNotHoldIsSaidAndLeftOutOfTrialAndModel() throws Exception {
        // Likes of 200 users want 86 MiB of 80.
        Ratings.write(input, 200, 10_000);
        ImplicitAls.Options als = new ImplicitAls.Options(8, 0.1, 0.01, 1, 1, 3, 1);
        TrainingOptions d = TrainingOptions.defaults(5, 2);
        SourceOptions few = new SourceOptions(
                als,
                als,
                SourceOptions.OfEase.DEFAULT,
                d.sources().knn(),
                0.6,
                d.sources().transitions(),
                0.8);
        TrainingOptions options = d.with(few.withSparseEase()).withoutAdapter();
        // Without the low priority of a server's child: this one is waited for.
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx80m",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainingMain.class.getName(),
                        input.toString(),
                        output.toString(),
                        "v1",
                        JsonMapper.shared().writeValueAsString(options),
                        TrainingMain.NONE,
                        TrainingMain.NONE))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<TrainingEvent> events;
        try (BufferedReader lines = child.inputReader()) {
            events = lines.lines()
                    .flatMap(line -> TrainingEvent.ofLine(line).stream())
                    .toList();
        }
        assertThat(events).last().isInstanceOf(TrainingEvent.Finished.class);
        assertThat(events.stream().filter(TrainingEvent.Skipped.class::isInstance))
                .singleElement()
                .isInstanceOfSatisfying(TrainingEvent.Skipped.class, skipped -> {
                    assertThat(skipped.part()).isEqualTo("EASE");
                    assertThat(skipped.reason())
                            .matches("sparse EASE over \\d+ items needs \\d+ MiB of heap, \\d+ MiB are free: the heap"
                                    + " of a training is what the machine or its container gives, give it more");
                });
        assertThat(events)
                .noneMatch(event -> event instanceof TrainingEvent.Advanced advanced
                        && List.of("ease", "trial-ease").contains(advanced.phase()))
                .anyMatch(event -> event instanceof TrainingEvent.Advanced advanced
                        && advanced.phase().equals("trial-als"));
        assertThat(ModelSnapshot.read(output).ease().items()).isEmpty();
    }

    @Test
    void sparseEaseGetsWhatAMachineHasBeyondTheRest() {
        TrainingOptions sparse = TrainingOptions.defaults(1, 1);
        assertThat(sparse.sparseEaseBytes(20_000, 1_000_000)).isZero();
        long bytes = sparse.sparseEaseBytes(20_001, 1_000_000);
        assertThat(bytes).isEqualTo(16L * 20_001 * 20_001 + 24L * 20_001 * 100);
        assertThat(sparse.sparseEaseBytes(20_001, 3)).isEqualTo(16L * 20_001 * 3 + 24L * 20_001 * 100);
        ChildHeap heap = sparse.heap(20_001, 1_000_000);
        ChildHeap more = heap.plus("sparse EASE", bytes);
        assertThat(more.within(1 << 20)).isEqualTo(Math.toIntExact(more.mebibytes()));
        assertThat(more.within(4_096)).isEqualTo(3_072);
    }

    @Test
    @Tag("long")
    void theWholeShippedDataSetTrains() throws Exception {
        Ratings.write(input, Integer.MAX_VALUE, Integer.MAX_VALUE);
        TrainingOptions options = TrainingOptions.defaults(1, 2);
        try (TrainingProcess process = TrainingProcess.start(
                input,
                output,
                VERSION,
                new TrainingProcess.Options(
                        options.heap(9_066, 100_004).require(1 << 20, ""), Duration.ofMinutes(5), options),
                event -> {})) {
            assertThat(process.await().items()).isEqualTo(7_939);
        }
        assertThat(Files.size(output)).as("file size").isBetween(10L << 20, 100L << 20);
    }

    private TrainingProcess start(TrainingOptions options, Duration deadline, Consumer<TrainingEvent> listener) {
        return TrainingProcess.start(
                input, output, VERSION, new TrainingProcess.Options(512, deadline, options), listener);
    }

    private static TrainingOptions endless() {
        TrainingOptions d = TrainingOptions.defaults(1, 1);
        ImplicitAls.Options als = new ImplicitAls.Options(512, 1, 0.003, 1, 1_000, 100, 1);
        return d.with(new SourceOptions(
                        als,
                        als,
                        new SourceOptions.OfEase(100, 0.9, 10, 0),
                        d.sources().knn(),
                        0.6,
                        d.sources().transitions(),
                        0.8))
                .withRanker(d.ranker().without());
    }

    private static float[] scores(ModelSnapshot snapshot, Signal signal) {
        float[] scores = new float[snapshot.items().size()];
        Objects.requireNonNull(snapshot.sources().get(signal)).score(History.of(1, 5, 30), scores);
        return scores;
    }
}
