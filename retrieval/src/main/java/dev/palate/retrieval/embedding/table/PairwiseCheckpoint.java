package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.factor.Histories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The state of a [PairwiseTraining] between two epochs: the model, the optimiser's sums and how many epochs
/// are done, which is also where the random numbers go on. In a [ModelFile] whose section `training` is JSON.
///
/// @param epochs done
/// @param seconds computed so far
record PairwiseCheckpoint(
        PairwiseModel model,
        int epochs,
        double seconds,
        float[] userSquares,
        float[] itemSquares,
        float[] biasSquares) {
    private static final int VERSION = 1;
    private static final String HEAD = "training";
    private static final String USERS = "users.";
    private static final String ITEMS = "items.";

    /// What makes a training this one and no other.
    record Task(
            int version,
            TableSpec users,
            TableSpec items,
            long events,
            int epochs,
            double rate,
            double regularization,
            int batch,
            long seed) {
        static Task of(PairwiseModel model, Histories histories, PairwiseTraining.Options options, long seed) {
            return new Task(
                    VERSION,
                    model.users().spec(),
                    model.items().spec(),
                    histories.eventCount(),
                    options.epochs(),
                    options.rate(),
                    options.regularization(),
                    options.batch(),
                    seed);
        }
    }

    private record Head(Task task, int epochs, double seconds) {}

    void write(Path file, Task task) {
        Map<String, Section> sections = new LinkedHashMap<>();
        sections.put(HEAD, new Section.Bytes(JsonMapper.shared().writeValueAsBytes(new Head(task, epochs, seconds))));
        EmbeddingTables.put(model.users(), USERS, sections);
        EmbeddingTables.put(model.items(), ITEMS, sections);
        if (Arrays.stream(model.itemIds()).allMatch(id -> id <= Integer.MAX_VALUE)) {
            // For earlier builds; this one has them from the model that it begins with.
            sections.put(
                    "ids",
                    new Section.Ints(Arrays.stream(model.itemIds())
                            .mapToInt(Math::toIntExact)
                            .toArray()));
        }
        sections.put("biases", new Section.Floats(model.biases()));
        sections.put("squares.users", new Section.Floats(userSquares));
        sections.put("squares.items", new Section.Floats(itemSquares));
        sections.put("squares.biases", new Section.Floats(biasSquares));
        new ModelFile(file, sections).write();
    }

    /// The last state; empty when there is no file.
    ///
    /// @param fresh the model that the training begins with, for the ids
    static Optional<PairwiseCheckpoint> read(Path file, Task task, PairwiseModel fresh) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        ModelFile stored = ModelFile.read(file);
        try {
            Head head = JsonMapper.shared().readValue(stored.bytes(HEAD), Head.class);
            if (!task.equals(head.task)) {
                throw ModelFile.damaged(
                        file, "it is of another training, " + head.task + ", not of " + task + ": delete it");
            }
            PairwiseModel model = fresh.with(
                    EmbeddingTables.read(stored, file, USERS),
                    EmbeddingTables.read(stored, file, ITEMS),
                    stored.floats("biases"));
            return Optional.of(new PairwiseCheckpoint(
                    model,
                    head.epochs,
                    head.seconds,
                    stored.floats("squares.users"),
                    stored.floats("squares.items"),
                    stored.floats("squares.biases")));
        } catch (JacksonException | IllegalArgumentException e) {
            throw ModelFile.damaged(file, "the parts of its training do not fit (" + e.getMessage() + ")");
        }
    }

    /// Copies the sums into the optimisers.
    ///
    /// @throws IllegalArgumentException when there are more or fewer than parameters
    void restore(SparseAdagrad users, SparseAdagrad items, float[] biases) {
        copy(userSquares, users.squares());
        copy(itemSquares, items.squares());
        copy(biasSquares, biases);
    }

    private static void copy(float[] from, float[] to) {
        if (from.length != to.length) {
            throw new IllegalArgumentException(
                    "a checkpoint with " + from.length + " sums of squares is none of " + to.length + " parameters");
        }
        System.arraycopy(from, 0, to, 0, to.length);
    }
}
