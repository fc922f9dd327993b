package dev.palate.web.job;

import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.embedding.ModelRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What training learnt from users and left on disk: its input, and models that are no longer used. A run
/// under way has been ended before ([TrainingChild]); what one that began later makes stays, for it is without the
/// user. The model in use holds no user, only items; the receipt names it, and the next training is without them.
/// Thread-safe.
public final class TrainingFiles implements ErasurePlace {
    private final ModelRegistry registry;
    private final Trainer trainer;
    private final Path folder;

    /// @param trainer whose run under way keeps its files when it began after the erasure
    /// @param folder of the models and of the input of training
    public TrainingFiles(ModelRegistry registry, Trainer trainer, Path folder) {
        this.trainer = trainer;
        this.registry = registry;
        this.folder = folder;
    }

    @Override
    public String name() {
        return "training input and earlier models";
    }

    @Override
    public long erase(UserId user) {
        long gone = 0;
        for (Path file : files()) {
            try {
                gone += Files.deleteIfExists(file) ? 1 : 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return gone;
    }

    @Override
    public long remaining(UserId user) {
        return files().size();
    }

    @Override
    public List<String> remarks() {
        return registry.active()
                .map(snapshot -> snapshot.about().version())
                .map(version -> List.of("the parameters of the items in model " + version
                        + ", which is in use, were trained with the user's interactions among all others; the next"
                        + " training ends that (POST /v1/models:train)"))
                .orElse(List.of());
    }

    @Override
    public boolean learnsFromInteractions() {
        return true;
    }

    private static boolean made(TrainingRun run, Path file) {
        try {
            return run.made(file);
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> files() {
        Optional<Path> active =
                registry.active().map(snapshot -> snapshot.about().version()).map(registry::file);
        List<Path> files = new ArrayList<>(registry.versions().stream()
                .map(registry::file)
                .filter(file -> active.isEmpty() || !file.equals(active.get()))
                .toList());
        try (var inputs = Files.newDirectoryStream(folder, "training-*.{input,texts,contents,checkpoint}")) {
            inputs.forEach(file -> files.add(Objects.requireNonNull(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Optional<TrainingRun> clean = trainer.clean();
        files.removeIf(file -> clean.isPresent() && made(clean.get(), file));
        return files;
    }
}
