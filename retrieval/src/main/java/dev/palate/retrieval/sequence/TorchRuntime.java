package dev.palate.retrieval.sequence;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// PyTorch for training, as four hash-pinned jars of Maven Central under the cache folder; never part of the
/// build and never needed to serve. Linux on x86-64 only.
///
/// They are fetched by Maven, the wrapper beside the launcher or the installed one, so that its mirrors and
/// proxies are honoured. A jar gets its name only after its SHA-256 was checked. Thread-safe, also between
/// processes.
public final class TorchRuntime {
    /// Environment variable that moves the cache; by default `~/.cache/palate`.
    public static final String CACHE_VARIABLE = "PALATE_MODEL_CACHE";

    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final Duration LOCK_LOOK = Duration.ofMillis(200);
    private static final Duration READER_GRACE = Duration.ofSeconds(2);
    private static final int MAXIMUM_LINE = 500;

    /// @param artefact Maven coordinates
    /// @param file its name in the cache
    record Jar(String artefact, String file, long bytes, String sha256) {}

    private static final List<Jar> JARS = List.of(
            // First on the class path: the build has a newer one for its tokenizer, which this engine does not go with.
            new Jar(
                    "ai.djl:api:0.35.1",
                    "api-0.35.1.jar",
                    1_000_057,
                    "1295c9ba7c5b0e2974a638953ed123154bcc0aca0dbc4106911dc6c9a5d8ccf5"),
            new Jar(
                    "ai.djl.pytorch:pytorch-engine:0.35.1",
                    "pytorch-engine-0.35.1.jar",
                    99_595,
                    "9f8b38a3820facbbdef09b4e691900da5860bb7d7bf2e068d9be205c471ae02f"),
            new Jar(
                    "ai.djl.pytorch:pytorch-jni:2.7.1-0.35.1",
                    "pytorch-jni-2.7.1-0.35.1.jar",
                    3_361_871,
                    "ec85fc26b76fb6919c38a5caccc96e2fc139d9e6919ffa65bed3d54e6ea8e380"),
            new Jar(
                    "ai.djl.pytorch:pytorch-native-cpu:2.7.1:jar:linux-x86_64",
                    "pytorch-native-cpu-2.7.1-linux-x86_64.jar",
                    111_597_418,
                    "1769928feaaa2389b4aa68390e7787ce1707290258b167d016a200fced4b8c39"));

    private final Path folder;
    private final Map<String, String> environment;
    private final Path projectRoot;

    private TorchRuntime(Path folder, Map<String, String> environment, Path projectRoot) {
        this.folder = folder;
        this.environment = Map.copyOf(environment);
        this.projectRoot = projectRoot;
    }

    /// The one of this user, as the environment variables say.
    public static TorchRuntime of(Map<String, String> environment) {
        return of(environment, Path.of(System.getProperty("palate.project.root", "")));
    }

    /// @param projectRoot where the launcher and Maven's wrapper are
    static TorchRuntime of(Map<String, String> environment, Path projectRoot) {
        String moved = environment.getOrDefault(CACHE_VARIABLE, "");
        Path cache = moved.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", "palate") : Path.of(moved);
        return new TorchRuntime(
                cache.toAbsolutePath().resolve("native").resolve("pytorch-2.7.1"),
                environment,
                projectRoot.toAbsolutePath());
    }

    /// The jars in the order of the class path, when all are there.
    public Optional<List<Path>> jars() {
        return supported() && JARS.stream().allMatch(this::there)
                ? Optional.of(JARS.stream().map(jar -> folder.resolve(jar.file)).toList())
                : Optional.empty();
    }

    /// Where PyTorch's shared libraries are unpacked at the first training.
    public Path unpacked() {
        return folder.resolve("unpacked");
    }

    /// One line that says how to get it.
    public String advice() {
        return supported()
                ? "fetch PyTorch (116 MB, BSD-3-Clause) once with ./palate model pull pytorch, or put "
                        + String.join(", ", JARS.stream().map(Jar::file).toList()) + " of Maven Central into " + folder
                : "PyTorch is pinned for Linux on x86-64 only, this is " + System.getProperty("os.name") + " on "
                        + System.getProperty("os.arch");
    }

    /// Makes the jars be there and tells where. Jars that are there already are read and compared with their
    /// SHA-256.
    ///
    /// @throws RetrievalException with code NOT_FOUND when this machine has no Maven or none is pinned for it,
    ///     BAD_FILE when a fetched or stored jar is not the pinned one, STORAGE when the disk refuses,
    ///     DEADLINE when all of it, with the waiting for another process that fetches, took longer than 10 minutes,
    ///     CANCELLED when interrupted
    public List<Path> pull(Progress progress) {
        return pull(progress, DEADLINE);
    }

    List<Path> pull(Progress progress, Duration atMost) {
        if (!supported()) {
            throw new RetrievalException(Code.NOT_FOUND, advice());
        }
        try {
            long end = System.nanoTime() + atMost.toNanos();
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = lock(channel, end)) {
                for (int i = 0; i < JARS.size(); i++) {
                    Jar jar = JARS.get(i);
                    if (there(jar)) {
                        requirePinned(jar, folder.resolve(jar.file));
                    } else {
                        fetch(jar, end);
                    }
                    progress.advanced("pytorch", i + 1, JARS.size());
                }
            }
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE, "PyTorch cannot be stored in " + folder + ": " + e.getMessage(), e);
        }
        return jars().orElseThrow();
    }

    private FileLock lock(FileChannel channel, long end) throws IOException {
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - end >= 0) {
                throw new RetrievalException(
                        Code.DEADLINE,
                        "another process has been fetching PyTorch into " + folder
                                + " for too long: wait for it or end it, then try again");
            }
            try {
                Thread.sleep(LOCK_LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RetrievalException(Code.CANCELLED, "fetching PyTorch was cancelled", e);
            }
        }
    }

    /// Null while somebody else has it, also of this process.
    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static boolean supported() {
        String architecture = System.getProperty("os.arch");
        return System.getProperty("os.name").startsWith("Linux")
                && (architecture.equals("amd64") || architecture.equals("x86_64"));
    }

    private boolean there(Jar jar) {
        try {
            return Files.size(folder.resolve(jar.file)) == jar.bytes;
        } catch (IOException e) {
            return false;
        }
    }

    private void fetch(Jar jar, long end) throws IOException {
        Path maven = maven().orElseThrow(() -> new RetrievalException(
                Code.NOT_FOUND, "neither mvnw beside the launcher nor mvn on the PATH: " + advice()));
        Path fresh = Files.createTempDirectory(folder, "fetching");
        try {
            List<String> command = List.of(
                    maven.toString(),
                    "-q",
                    "-B",
                    "dependency:copy",
                    "-Dartifact=" + jar.artefact,
                    "-DoutputDirectory=" + fresh);
            run(command, fresh, jar, end);
            Path fetched = fresh.resolve(jar.file);
            if (!Files.isRegularFile(fetched)) {
                throw new RetrievalException(Code.NOT_FOUND, "Maven did not give " + jar.artefact + ": " + advice());
            }
            requirePinned(jar, fetched);
            Files.move(fetched, folder.resolve(jar.file), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            try (Stream<Path> left = Files.list(fresh)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(fresh);
        }
    }

    private void run(List<String> command, Path place, Jar jar, long end) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(place.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        process.getOutputStream().close();
        List<String> said = new ArrayList<>();
        Thread reader = Thread.ofVirtual().start(() -> keepErrors(process, said));
        try {
            if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new RetrievalException(
                        Code.DEADLINE,
                        "fetching PyTorch took too long, " + jar.artefact + " was not there in time; try again, what"
                                + " is there already stays");
            }
            reader.join(READER_GRACE);
            if (process.exitValue() != 0) {
                synchronized (said) {
                    throw new RetrievalException(
                            Code.NOT_FOUND,
                            "Maven cannot fetch " + jar.artefact + ": "
                                    + (said.isEmpty() ? "it said nothing" : said.getFirst()) + "; " + advice());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetrievalException(Code.CANCELLED, "fetching PyTorch was cancelled", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /// Errors only, without credentials that an address may hold.
    private static void keepErrors(Process process, List<String> said) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (said) {
                    if (line.contains("ERROR") && said.size() < 3) {
                        String clean = line.replaceAll("://[^/\\s@]*@", "://");
                        said.add(clean.substring(0, Math.min(MAXIMUM_LINE, clean.length())));
                    }
                }
            }
        } catch (IOException e) {
            // The output of an ended process breaks off; its exit status says what happened.
            return;
        }
    }

    private Optional<Path> maven() {
        List<Path> places = new ArrayList<>(List.of(projectRoot.resolve("mvnw")));
        for (String entry : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!entry.isBlank()) {
                places.add(Path.of(entry, "mvn"));
            }
        }
        return places.stream()
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static void requirePinned(Jar jar, Path file) throws IOException {
        String actual = sha256(file);
        if (!actual.equals(jar.sha256)) {
            Files.delete(file);
            throw new RetrievalException(
                    Code.BAD_FILE,
                    "the file is not " + jar.artefact + ": its SHA-256 is " + actual + ", expected " + jar.sha256
                            + "; it was deleted");
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
