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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A folder of model files and the one that is served. Thread-safe; one instance per folder.
///
/// The active version stands in the first line of the file `ACTIVE`, and who chose it when and why, and what was
/// chosen before, in the lines after it; it is replaced atomically before the new snapshot is handed out. Readers take
/// one snapshot per request from [#active] and keep it to the end.
public final class ModelRegistry {
    /// Model files kept: the active one and those before it that were served or may be.
    public static final int KEPT = 3;

    /// The most choices that are remembered.
    public static final int MOST_ACTIVATIONS = 100;

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

    /// What the files of all versions say, newest first; a file that cannot be read is left out.
    public List<ModelHead> heads() {
        List<ModelHead> heads = new ArrayList<>();
        for (ModelVersion version : versions().reversed()) {
            try {
                heads.add(ModelHead.read(file(version)));
            } catch (RetrievalException e) {
                // Who asks for this very one is told why.
                continue;
            }
        }
        return heads;
    }

    /// As the training does that made the model, at the time of its end.
    ///
    /// @throws RetrievalException as the other
    public ModelSnapshot activate(ModelVersion version) {
        Instant trained = ModelHead.read(file(version)).about().trainedAt();
        return activate(version, Activation.Order.ofTraining(trained));
    }

    /// Loads and checks the file of a version, records it as active with who wanted it, and serves it; then
    /// deletes what is not kept: the [#KEPT] newest versions that were served or may be stay, the active one, and
    /// the newest one that the quality gate refused.
    ///
    /// @return the snapshot now served
    /// @throws RetrievalException with code NOT_FOUND or BAD_FILE when the file cannot be used, REFUSED when
    ///     the quality gate found it worse and the order has no reason, STORAGE when the choice cannot be
    ///     recorded; then the model served before stays
    public synchronized ModelSnapshot activate(ModelVersion version, Activation.Order order) {
        ModelSnapshot snapshot = ModelSnapshot.read(file(version));
        if (!snapshot.about().version().equals(version)) {
            throw new RetrievalException(
                    Code.BAD_FILE,
                    "model file " + file(version) + " holds version "
                            + snapshot.about().version() + ": rename it");
        }
        boolean refused = !snapshot.verdict().accepted();
        if (refused && order.reason().isEmpty()) {
            deleteOld();
            throw new RetrievalException(
                    Code.REFUSED,
                    "model " + version + " is not activated, because it is worse than what it would replace ("
                            + snapshot.verdict().described()
                            + "): train again with more interactions, or activate it with a reason");
        }
        List<Activation> activations = new ArrayList<>(activations());
        activations.addFirst(new Activation(version.value(), order.at(), order.actor(), order.reason(), refused));
        recordActive(version, activations);
        active.set(Optional.of(snapshot));
        deleteOld();
        return snapshot;
    }

    /// Puts a changed snapshot in the place of the model in use: its file is written anew and it is served at once.
    ///
    /// @return false when another version is in use by now
    /// @throws RetrievalException with code STORAGE when the disk refuses; then the one before stays
    public synchronized boolean replace(ModelSnapshot changed) {
        ModelVersion version = changed.about().version();
        if (active.get()
                .filter(served -> served.about().version().equals(version))
                .isEmpty()) {
            return false;
        }
        changed.write(file(version));
        active.set(Optional.of(changed));
        return true;
    }

    /// The choices of the model that is served, newest first, at most [#MOST_ACTIVATIONS].
    ///
    /// @throws RetrievalException with code STORAGE when they cannot be read
    public List<Activation> activations() {
        Path file = folder.resolve(ACTIVE);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            List<Activation> activations = new ArrayList<>();
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                if (line.startsWith("{")) {
                    activations.add(JsonMapper.shared().readValue(line, Activation.class));
                } else if (!line.isBlank()) {
                    // An earlier build wrote the reason of an override alone.
                    Instant at = Files.getLastModifiedTime(file).toInstant();
                    activations.add(new Activation(lines.getFirst().strip(), at, "unknown", line, true));
                }
            }
            return activations;
        } catch (IOException | JacksonException e) {
            throw storage("read the activations in " + file, e);
        }
    }

    /// Activates the newest version that is older than the active one and was served before, or that the quality gate
    /// did not refuse.
    ///
    /// @param order its reason may be empty also for a model that was served against the gate's verdict
    /// @throws RetrievalException with code NOT_FOUND when there is none
    public synchronized ModelSnapshot rollBack(Activation.Order order) {
        Optional<ModelVersion> current = activeVersion();
        Optional<ModelHead> target = current.flatMap(this::before);
        if (target.isEmpty()) {
            throw new RetrievalException(
                    Code.NOT_FOUND,
                    "no model is older than the active one ("
                            + current.map(ModelVersion::value).orElse("none")
                            + "), so there is nothing to roll back to");
        }
        String reason = order.reason().isEmpty() ? "rolled back from " + current.get() : order.reason();
        return activate(target.get().about().version(), new Activation.Order(order.actor(), order.at(), reason));
    }

    /// What [#rollBack] would activate.
    public Optional<ModelVersion> rollBackTarget() {
        return activeVersion().flatMap(this::before).map(head -> head.about().version());
    }

    private Optional<ModelHead> before(ModelVersion current) {
        Set<String> served = served();
        return heads().stream()
                .filter(head -> head.about().version().compareTo(current) < 0)
                .filter(head -> head.verdict().accepted()
                        || served.contains(head.about().version().value()))
                .findFirst();
    }

    private Set<String> served() {
        return activations().stream().map(Activation::version).collect(Collectors.toSet());
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

    /// The version and the choices that led to it are one file, so that they cannot disagree.
    private void recordActive(ModelVersion version, List<Activation> activations) {
        Path target = folder.resolve(ACTIVE);
        Path part = folder.resolve(ACTIVE + ModelFile.PART_SUFFIX);
        List<String> lines = new ArrayList<>(List.of(version.value()));
        activations.stream()
                .limit(MOST_ACTIVATIONS)
                .map(activation -> JsonMapper.shared().writeValueAsString(activation))
                .forEach(lines::add);
        try {
            Files.write(part, lines, StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            ModelFile.forceDirectory(target);
        } catch (IOException e) {
            throw storage("record the active model in " + target, e);
        }
    }

    /// Refused models that nobody wanted must not push out those that one can go back to.
    private void deleteOld() {
        Optional<String> current = activeVersion().map(ModelVersion::value);
        Set<String> served = served();
        int good = 0;
        int refused = 0;
        for (ModelHead head : heads()) {
            String version = head.about().version().value();
            boolean fit = head.verdict().accepted() || served.contains(version);
            int before = fit ? good++ : refused++;
            if (before >= (fit ? KEPT : 1) && !current.equals(Optional.of(version))) {
                ModelVersion old = head.about().version();
                try {
                    Files.deleteIfExists(file(old));
                } catch (IOException e) {
                    throw storage("delete the old model " + file(old), e);
                }
            }
        }
    }

    private static RetrievalException storage(String what, Exception cause) {
        return new RetrievalException(Code.STORAGE, "cannot " + what + ": " + cause.getMessage(), cause);
    }
}
