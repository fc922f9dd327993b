package dev.palate.retrieval.embedding;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/// A folder of model files and the one that is served. Thread-safe; one instance per folder.
///
/// The active version stands in the first line of the file `ACTIVE`, replaced atomically before the new
/// snapshot is handed out. Readers take one snapshot per request from [#active] and keep it to the end.
public final class ModelRegistry {
    /// Model files kept: the active one and those before it.
    public static final int KEPT = 3;

    private static final String SUFFIX = ".palate-model";
    private static final String ACTIVE = "ACTIVE";

    private final Path folder;
    private final AtomicReference<Optional<ModelSnapshot>> active = new AtomicReference<>(Optional.empty());

    private ModelRegistry(Path folder) {
        this.folder = folder;
    }

    /// Opens a folder, makes it when missing, removes leftovers of interrupted writes and loads the active model.
    ///
    /// @throws RetrievalException with code BAD_FILE when the active model cannot be read: the caller decides
    ///     between [#openWithoutModel] and giving up
    public static ModelRegistry open(Path folder) {
        ModelRegistry registry = openWithoutModel(folder);
        registry.activeVersion()
                .ifPresent(version -> registry.active.set(Optional.of(ModelSnapshot.read(registry.file(version)))));
        return registry;
    }

    /// Opens a folder without loading the active model, so that another can be activated in its place.
    public static ModelRegistry openWithoutModel(Path folder) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(folder)) {
                for (Path leftover : files.filter(file -> file.toString().endsWith(ModelFile.PART_SUFFIX))
                        .toList()) {
                    Files.delete(leftover);
                }
            }
            return new ModelRegistry(folder);
        } catch (IOException e) {
            throw storage("open the model folder " + folder, e);
        }
    }

    /// The model in use, if one was ever activated.
    public Optional<ModelSnapshot> active() {
        return active.get();
    }

    /// Where the file of a version is or is to be written.
    public Path file(ModelVersion version) {
        return folder.resolve(version.value() + SUFFIX);
    }

    /// All versions whose files are there, oldest first.
    public List<ModelVersion> versions() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> new ModelVersion(name.substring(0, name.length() - SUFFIX.length())))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw storage("list the model folder " + folder, e);
        }
    }

    /// Loads and checks the file of a version, records it as active and serves it; then deletes versions older than
    /// the [#KEPT] newest, never the active one.
    ///
    /// @return the snapshot now served
    /// @throws RetrievalException with code NOT_FOUND or BAD_FILE when the file cannot be used, REFUSED when the
    /// quality gate found it worse, STORAGE when the choice cannot be recorded; then the model served before stays
    public synchronized ModelSnapshot activate(ModelVersion version) {
        return activate(version, Optional.empty());
    }

    /// The same though the quality gate found the model worse.
    ///
    /// @param reason of the operator, 1 to 500 characters; recorded beside the choice
    public synchronized ModelSnapshot activateRegardless(ModelVersion version, String reason) {
        String line = reason.strip().replaceAll("\\p{Cntrl}", " ");
        if (line.isEmpty() || line.length() > 500) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "a model that the quality gate refused is activated with a reason of 1 to 500 characters, had "
                            + line.length());
        }
        return activate(version, Optional.of(line));
    }

    private ModelSnapshot activate(ModelVersion version, Optional<String> reason) {
        ModelSnapshot snapshot = ModelSnapshot.read(file(version));
        if (!snapshot.about().version().equals(version)) {
            throw new RetrievalException(
                    Code.BAD_FILE,
                    "model file " + file(version) + " holds version "
                            + snapshot.about().version() + ": rename it");
        }
        if (!snapshot.verdict().accepted() && reason.isEmpty()) {
            throw new RetrievalException(
                    Code.REFUSED,
                    "model " + version + " is not activated, because it is worse than what it would replace ("
                            + snapshot.verdict().described()
                            + "): train again with more interactions, or activate it with a reason");
        }
        recordActive(version, reason);
        active.set(Optional.of(snapshot));
        deleteOld(version);
        return snapshot;
    }

    /// Why the active model was activated against the verdict of the quality gate; empty when it was not.
    public Optional<String> overrideReason() {
        Path file = folder.resolve(ACTIVE);
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                            .skip(1)
                            .findFirst()
                    : Optional.empty();
        } catch (IOException e) {
            throw storage("read which model is active from " + file, e);
        }
    }

    /// Activates the newest version that is older than the active one.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none
    public synchronized ModelSnapshot rollBack() {
        Optional<ModelVersion> current = activeVersion();
        List<ModelVersion> older = versions().stream()
                .filter(version -> current.isPresent() && version.compareTo(current.get()) < 0)
                .toList();
        if (older.isEmpty()) {
            throw new RetrievalException(
                    Code.NOT_FOUND,
                    "no model is older than the active one ("
                            + current.map(ModelVersion::value).orElse("none")
                            + "), so there is nothing to roll back to");
        }
        return activate(older.getLast());
    }

    private Optional<ModelVersion> activeVersion() {
        Path file = folder.resolve(ACTIVE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                    .findFirst()
                    .map(line -> new ModelVersion(line.strip()))
                    .or(() -> Optional.of(new ModelVersion("")));
        } catch (IOException | IllegalArgumentException e) {
            throw new RetrievalException(
                    Code.BAD_FILE,
                    "cannot read which model is active from " + file + ": " + e.getMessage()
                            + "; delete it and activate a version",
                    e);
        }
    }

    private void recordActive(ModelVersion version, Optional<String> reason) {
        Path target = folder.resolve(ACTIVE);
        Path part = folder.resolve(ACTIVE + ModelFile.PART_SUFFIX);
        try {
            Files.writeString(
                    part,
                    version.value() + "\n" + reason.map(line -> line + "\n").orElse(""),
                    StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            ModelFile.forceDirectory(target);
        } catch (IOException e) {
            throw storage("record the active model in " + target, e);
        }
    }

    private void deleteOld(ModelVersion active) {
        List<ModelVersion> versions = versions();
        for (ModelVersion version : versions.subList(0, Math.max(0, versions.size() - KEPT))) {
            if (!version.equals(active)) {
                try {
                    Files.deleteIfExists(file(version));
                } catch (IOException e) {
                    throw storage("delete the old model " + file(version), e);
                }
            }
        }
    }

    private static RetrievalException storage(String what, IOException cause) {
        return new RetrievalException(Code.STORAGE, "cannot " + what + ": " + cause.getMessage(), cause);
    }
}
