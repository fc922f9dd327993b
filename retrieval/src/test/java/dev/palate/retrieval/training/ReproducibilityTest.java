package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.semantic.VectorTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same seed, input, vector width and threads give the same bytes of a model file: every model of plain Java, the
/// weights of the ranker, the verdict of the gate and the adapter of texts are in it.
class ReproducibilityTest {
    private static final ModelVersion VERSION = new ModelVersion("v");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z"));

    @TempDir
    Path folder;

    @BeforeEach
    void writeInput() {
        Ratings.write(folder.resolve("input"), 150, 1_300);
    }

    @Test
    void trainedTwiceTheFileIsTheSameByteForByte() throws IOException {
        Path first = train("first", TrainingOptions.defaults(7, 2));
        assertThat(Files.mismatch(first, train("second", TrainingOptions.defaults(7, 2))))
                .isEqualTo(-1);
        assertThat(Files.mismatch(first, train("other-seed", TrainingOptions.defaults(8, 2))))
                .as("a comparison that can fail")
                .isNotEqualTo(-1);
        ModelSnapshot read = ModelSnapshot.read(first);
        ModelSnapshot oneThread = ModelSnapshot.read(train("one-thread", TrainingOptions.defaults(7, 1)));
        assertThat(oneThread)
                .as("the partitions do not depend on the threads, whose number alone is another")
                .usingRecursiveComparison()
                .ignoringFieldsMatchingRegexes(".*threads")
                .isEqualTo(read);
        assertThat(read.ranker().fitted()).isTrue();
        assertThat(read.adapter()).isPresent();
    }

    /// The same in two processes, whose class loading, hash seeds and heaps are others.
    @Test
    void trainedInTwoProcessesTheModelsAreTheSame() {
        List<ModelSnapshot> models = List.of(inChild("one"), inChild("two"));
        assertThat(models.getFirst())
                .usingRecursiveComparison()
                .ignoringFields("about.trainedAt")
                .isEqualTo(models.getLast());
    }

    private ModelSnapshot inChild(String name) {
        Path output = folder.resolve(name);
        try (TrainingProcess process = TrainingProcess.start(
                folder.resolve("input"),
                output,
                VERSION,
                new TrainingProcess.Options(512, Duration.ofMinutes(5), TrainingOptions.defaults(7, 2)),
                Optional.empty(),
                Optional.empty(),
                event -> {})) {
            assertThat(process.await().events()).isPositive();
        }
        return ModelSnapshot.read(output);
    }

    private Path train(String name, TrainingOptions options) {
        Path file = folder.resolve(name);
        TrainingInput input = TrainingInput.read(folder.resolve("input"));
        ModelSnapshot learnt = Training.run(input, options, VERSION, CLOCK, Progress.NONE);
        AdapterFit.fit(
                        texts(input.items().size()),
                        "e",
                        input.histories(),
                        options.seed(),
                        options.threads(),
                        Progress.NONE)
                .map(learnt::with)
                .orElseThrow()
                .write(file);
        return file;
    }

    private static VectorTable texts(int items) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[8 * items];
        for (int at = 0; at < values.length; at++) {
            values[at] = (float) random.nextGaussian();
        }
        return new VectorTable(8, values).unit();
    }
}
