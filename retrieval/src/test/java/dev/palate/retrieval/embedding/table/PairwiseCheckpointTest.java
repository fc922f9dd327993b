package dev.palate.retrieval.embedding.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.table.PairwiseTraining.Checkpoints;
import dev.palate.retrieval.embedding.table.PairwiseTraining.Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairwiseCheckpointTest {
    @TempDir
    Path folder;

    /// The process is killed while it trains; what goes on from its last checkpoint ends in the same bytes as a
    /// training that nobody disturbed and that wrote no checkpoint.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aKilledTrainingGoesOnToTheSameBytes(int number) throws IOException, InterruptedException {
        Path file = folder.resolve("killed");
        PairwiseModel fresh = PairwiseTrainingMain.fresh(number);
        PairwiseCheckpoint.Task task = PairwiseCheckpoint.Task.of(
                fresh, PairwiseTrainingMain.histories(), PairwiseTrainingMain.OPTIONS, PairwiseTrainingMain.SEED);
        kill(number, file, 60);
        PairwiseCheckpoint left = PairwiseCheckpoint.read(file, task, fresh).orElseThrow();
        assertThat(left.epochs()).isBetween(1, PairwiseTrainingMain.OPTIONS.epochs() - 1);
        PairwiseTraining.Trained resumed = resume(number, file);
        assertThat(resumed.seconds()).isGreaterThanOrEqualTo(left.seconds());
        PairwiseModel whole = PairwiseTrainingMain.fresh(number);
        PairwiseTraining.run(
                whole,
                PairwiseTrainingMain.histories(),
                PairwiseTrainingMain.OPTIONS,
                PairwiseTrainingMain.SEED,
                Progress.NONE);
        assertThat(bytes(resumed.model().items())).isEqualTo(bytes(whole.items()));
        assertThat(bytes(resumed.model().users())).isEqualTo(bytes(whole.users()));
        assertThat(resumed.model().biases()).isEqualTo(whole.biases());
        // It has ended: asked once more, it is only read.
        PairwiseTraining.Trained again = resume(number, file);
        assertThat(again.seconds()).isEqualTo(resumed.seconds());
        assertThat(bytes(again.model().items())).isEqualTo(bytes(whole.items()));
    }

    private static PairwiseTraining.Trained resume(int number, Path file) {
        return PairwiseTraining.run(
                PairwiseTrainingMain.fresh(number),
                PairwiseTrainingMain.histories(),
                PairwiseTrainingMain.OPTIONS,
                PairwiseTrainingMain.SEED,
                new Checkpoints(file, Duration.ofHours(1)),
                Progress.NONE);
    }

    private byte[] bytes(EmbeddingTable table) throws IOException {
        Path file = folder.resolve("table");
        EmbeddingTables.write(table, file);
        return Files.readAllBytes(file);
    }

    /// As soon as it has said that so many thousands of triples are done.
    private static void kill(int number, Path file, int thousands) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PairwiseTrainingMain.class.getName(),
                        Integer.toString(number),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (Integer.parseInt(line.substring("bpr ".length())) >= thousands) {
                    break;
                }
            }
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(process.exitValue()).as("killed, not ended").isNotZero();
    }

    @Test
    void checkpointsOfOthersAndDamagedOnesAreRefused() throws IOException {
        Path file = folder.resolve("one");
        Options few = new Options(1, 0.05, 0.003, 16, 1);
        PairwiseTraining.run(
                PairwiseTrainingMain.fresh(0),
                PairwiseTrainingMain.histories(),
                few,
                PairwiseTrainingMain.SEED,
                new Checkpoints(file, Duration.ZERO),
                Progress.NONE);
        assertThatThrownBy(() -> resume(0, file))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE))
                .hasMessageContaining("it is of another training")
                .hasMessageContaining("delete it");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> resume(0, file))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE));
        assertThatThrownBy(() -> new Checkpoints(file, Duration.ofSeconds(-1)))
                .hasMessage("the time between checkpoints must be at least 0, was PT-1S");
    }
}
