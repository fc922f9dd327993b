package dev.palate.retrieval.lab;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/// Where a lab keeps what it did: `journal.jsonl` with the finished cells, `tables/` with each item table,
/// `users/` with what each user found, `training/` with the checkpoints of what is not finished and the full
/// models that others are made of. Immutable.
record LabFolder(Path root) {
    private static final String FOUND = "found";

    static LabFolder make(Path root) {
        try {
            for (String part : new String[] {"tables", "users", "training"}) {
                Files.createDirectories(root.resolve(part));
            }
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE,
                    "--out " + root + " cannot be made a folder (" + e.getMessage() + "): give another place",
                    e);
        }
        return new LabFolder(root);
    }

    Path journal() {
        return root.resolve("journal.jsonl");
    }

    Path table(CellKey key) {
        return root.resolve("tables").resolve(key.file() + ".table");
    }

    private Path users(CellKey key) {
        return root.resolve("users").resolve(key.file() + ".values");
    }

    /// @param stage of the training, empty for the only one
    Path training(CellKey key, String stage) {
        return root.resolve("training").resolve(key.file() + (stage.isEmpty() ? "" : "." + stage) + ".state");
    }

    void writeUsers(CellKey key, double[] values) {
        float[] found = new float[values.length];
        for (int user = 0; user < found.length; user++) {
            found[user] = (float) values[user];
        }
        new ModelFile(users(key), Map.of(FOUND, new Section.Floats(found))).write();
    }

    double[] readUsers(CellKey key) {
        float[] found = ModelFile.read(users(key)).floats(FOUND);
        double[] values = new double[found.length];
        for (int user = 0; user < found.length; user++) {
            values[user] = found[user];
        }
        return values;
    }

    /// Removes the checkpoint of a stage.
    void forget(CellKey key, String stage) {
        try {
            Files.deleteIfExists(training(key, stage));
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE, "cannot remove " + training(key, stage) + ": " + e.getMessage(), e);
        }
    }

    long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new RetrievalException(Code.STORAGE, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /// Removes the checkpoints of a finished cell.
    void finished(CellKey key) {
        String name = key.file() + ".";
        try (Stream<Path> files = Files.list(root.resolve("training"))) {
            for (Path file : files.filter(
                            path -> String.valueOf(path.getFileName()).startsWith(name))
                    .toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE, "cannot clear the checkpoints of " + key.words() + ": " + e.getMessage(), e);
        }
    }
}
