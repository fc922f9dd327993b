package dev.palate.retrieval.training;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.SequenceSections;
import dev.palate.retrieval.sequence.SequenceModel;
import dev.palate.retrieval.sequence.SequenceSettings;
import dev.palate.retrieval.sequence.SequenceTraining;
import dev.palate.retrieval.sequence.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// Trains a sequence model alone in a child JVM with PyTorch, as [TrainingProcess] does with all models.
/// Stateless.
public final class SequenceProcess {
    private static final int BASE_MEBIBYTES = 384;

    private SequenceProcess() {}

    /// Trains and waits for the end.
    ///
    /// @param torch whose jars are there
    /// @param checkpoint kept when the run is killed, removed when it has ended; empty to keep none
    /// @param deadline after which the child is killed
    /// @param listener told every event on a thread of its own; must not block for long
    /// @throws RetrievalException with the code that the child reported, CANCELLED when interrupted, DEADLINE
    public static SequenceModel fit(
            SequenceTraining.Source source,
            SequenceSettings settings,
            TorchRuntime torch,
            Optional<Path> checkpoint,
            Duration deadline,
            Consumer<TrainingEvent> listener) {
        try {
            Path folder = Files.createTempDirectory("palate-sequence");
            try {
                return fit(folder, source, settings, torch, checkpoint, deadline, listener);
            } finally {
                for (String name : List.of("input", "model", "checkpoint")) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.STORAGE, "cannot keep temporary files: " + e.getMessage(), e);
        }
    }

    private static SequenceModel fit(
            Path folder,
            SequenceTraining.Source source,
            SequenceSettings settings,
            TorchRuntime torch,
            Optional<Path> checkpoint,
            Duration deadline,
            Consumer<TrainingEvent> listener) {
        Path input = folder.resolve("input");
        Path output = folder.resolve("model");
        SequenceFiles.write(source, input);
        List<String> arguments = List.of(
                input.toString(),
                output.toString(),
                JsonMapper.shared().writeValueAsString(settings),
                checkpoint.orElse(folder.resolve("checkpoint")).toAbsolutePath().toString());
        try (TrainingProcess process = TrainingProcess.launch(
                TrainingProcess.command(
                        heapMebibytes(source, settings), Optional.of(torch), SequenceMain.class, arguments),
                output,
                deadline,
                listener)) {
            TrainingEvent.Finished ignored = process.await();
            return SequenceSections.read(output);
        }
    }

    /// Heap for histories, texts and eight copies of the trained arrays.
    static int heapMebibytes(SequenceTraining.Source source, SequenceSettings settings) {
        long items = source.histories().itemCount();
        long texts = source.texts().map(given -> 8L * given.values().length).orElse(0L);
        long bytes = 32 * items * settings.shape().dimension()
                + texts
                + 200 * source.histories().eventCount();
        return Math.toIntExact(BASE_MEBIBYTES + Math.ceilDiv(bytes, 1L << 20));
    }
}
