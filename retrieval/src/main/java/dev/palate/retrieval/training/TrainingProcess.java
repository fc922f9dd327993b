package dev.palate.retrieval.training;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.sequence.TorchRuntime;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// A child JVM that trains a model, with its own heap and low priority. It cannot outlive this process. Thread-safe.
public final class TrainingProcess implements AutoCloseable {
    /// How to run it.
    ///
    /// @param heapMebibytes heap of the child, in [64, 1048576]
    /// @param deadline after which it is killed, above zero
    /// @param training what to learn
    public record Options(int heapMebibytes, Duration deadline, TrainingOptions training) {
        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (heapMebibytes < 64 || heapMebibytes > 1 << 20) {
                throw new IllegalArgumentException("heapMebibytes must be in [64, 1048576], was " + heapMebibytes);
            }
            if (!deadline.isPositive()) {
                throw new IllegalArgumentException("deadline must be above zero, was " + deadline);
            }
        }
    }

    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int KEPT_ERROR_LINES = 20;
    private static final int MAXIMUM_LINE = 2_000;

    private final Process process;
    private final Path output;
    private final Duration deadline;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicReference<Optional<TrainingEvent>> last = new AtomicReference<>(Optional.empty());
    private final Deque<String> errors = new ArrayDeque<>();
    private final Thread eventReader;
    private final Thread errorReader;

    private TrainingProcess(Process process, Path output, Duration deadline, Consumer<TrainingEvent> listener) {
        this.process = process;
        this.output = output;
        this.deadline = deadline;
        this.eventReader = Thread.ofVirtual()
                .start(() -> forEachLine(
                        process.getInputStream(),
                        line -> TrainingEvent.ofLine(line).ifPresent(event -> {
                            last.set(Optional.of(event));
                            listener.accept(event);
                        })));
        this.errorReader = Thread.ofVirtual().start(() -> forEachLine(process.getErrorStream(), this::keepError));
    }

    /// Starts the child with the JDK and class path of this process.
    ///
    /// @param input written by a [TrainingInputWriter]
    /// @param output where the model file will be
    /// @param listener told every event on a thread of its own; must not block for long
    /// @throws RetrievalException with code TRAINING when it cannot be started
    public static TrainingProcess start(
            Path input, Path output, ModelVersion version, Options options, Consumer<TrainingEvent> listener) {
        return start(input, output, version, options, Optional.empty(), Optional.empty(), listener);
    }

    /// Starts the child; with PyTorch it also trains the sequence model.
    ///
    /// @param contents written by [ItemContents]; empty to train on ids alone
    /// @param sequence what the sequence model needs; empty to leave it out
    public static TrainingProcess start(
            Path input,
            Path output,
            ModelVersion version,
            Options options,
            Optional<Path> contents,
            Optional<SequencePlaces> sequence,
            Consumer<TrainingEvent> listener) {
        List<String> arguments = new ArrayList<>(List.of(
                input.toAbsolutePath().toString(),
                output.toAbsolutePath().toString(),
                version.value(),
                JsonMapper.shared().writeValueAsString(options.training),
                contents.map(file -> file.toAbsolutePath().toString()).orElse(TrainingMain.NONE),
                sequence.map(places -> places.checkpoint().toAbsolutePath().toString())
                        .orElse(TrainingMain.NONE)));
        return launch(
                command(options.heapMebibytes, sequence.map(SequencePlaces::torch), TrainingMain.class, arguments),
                output,
                options.deadline,
                listener);
    }

    /// Starts a child that reports [TrainingEvent] lines.
    ///
    /// @param command as [#command] makes it
    /// @param output the file that it writes, of which an unfinished part is removed when it is killed
    /// @throws RetrievalException with code TRAINING when it cannot be started
    public static TrainingProcess launch(
            List<String> command, Path output, Duration deadline, Consumer<TrainingEvent> listener) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            // Small matrices: more threads of PyTorch cost five times the processor time for a slower epoch.
            builder.environment().put("OMP_NUM_THREADS", "1");
            return new TrainingProcess(builder.start(), output, deadline, listener);
        } catch (IOException e) {
            throw new RetrievalException(Code.TRAINING, "cannot start the training process: " + e.getMessage(), e);
        }
    }

    /// The command of a child with the JDK and class path of this process and low priority.
    public static List<String> command(
            int heapMebibytes, Optional<TorchRuntime> torch, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (onPath("nice")) {
            command.addAll(List.of("nice", "-n", "10"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMebibytes + "m",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED"));
        List<String> classPath = new ArrayList<>();
        torch.ifPresent(runtime -> {
            runtime.jars()
                    .orElseThrow(() -> new RetrievalException(Code.NOT_FOUND, runtime.advice()))
                    .forEach(jar -> classPath.add(jar.toString()));
            command.addAll(List.of(
                    "--sun-misc-unsafe-memory-access=allow",
                    "-DDJL_CACHE_DIR=" + runtime.unpacked(),
                    "-Dai.djl.pytorch.num_threads=1",
                    "-Dai.djl.pytorch.num_interop_threads=1",
                    "-DOPT_OUT_TRACKING=true",
                    "-Dai.djl.offline=true"));
        });
        classPath.add(System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), main.getName()));
        command.addAll(arguments);
        return command;
    }

    /// The child's process id.
    public long pid() {
        return process.pid();
    }

    /// Waits for the end, at most until the deadline; then the child is killed.
    ///
    /// @throws RetrievalException with the code that the child reported, CANCELLED after [#cancel] or an interrupt,
    ///     DEADLINE when it took too long, TRAINING when it ended without a word; no file is left then
    public TrainingEvent.Finished await() {
        boolean ended;
        try {
            ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
            if (ended) {
                eventReader.join(GRACE);
                errorReader.join(GRACE);
            }
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
            throw new RetrievalException(Code.CANCELLED, "training was cancelled", e);
        }
        if (!ended) {
            kill();
            throw new RetrievalException(
                    Code.DEADLINE,
                    "training took longer than " + deadline.toSeconds() + " s and was stopped: raise its deadline");
        }
        if (process.exitValue() == 0 && last.get().orElse(null) instanceof TrainingEvent.Finished finished) {
            return finished;
        }
        deletePart();
        throw failure();
    }

    private RetrievalException failure() {
        if (cancelled.get()) {
            return new RetrievalException(Code.CANCELLED, "training was cancelled");
        }
        if (last.get().orElse(null) instanceof TrainingEvent.Failed(Code code, String message)) {
            return new RetrievalException(code, message);
        }
        synchronized (errors) {
            return new RetrievalException(
                    Code.TRAINING,
                    "the training process ended with status " + process.exitValue() + " and without a model: "
                            + String.join(" | ", errors));
        }
    }

    /// Ends the child and removes what it has written so far. Does nothing when it has ended.
    public void cancel() {
        if (process.isAlive()) {
            cancelled.set(true);
            kill();
        }
    }

    @Override
    public void close() {
        cancel();
    }

    private void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RetrievalException(
                        Code.TRAINING, "training process " + process.pid() + " does not end: kill it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deletePart();
    }

    private void deletePart() {
        try {
            Files.deleteIfExists(output.resolveSibling(output.getFileName() + ".part"));
        } catch (IOException e) {
            throw new RetrievalException(Code.STORAGE, "cannot remove the unfinished model file: " + e.getMessage(), e);
        }
    }

    private void keepError(String line) {
        synchronized (errors) {
            errors.addLast(line.length() > MAXIMUM_LINE ? line.substring(0, MAXIMUM_LINE) : line);
            if (errors.size() > KEPT_ERROR_LINES) {
                errors.removeFirst();
            }
        }
    }

    private static void forEachLine(InputStream stream, Consumer<String> consumer) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.lines().forEach(consumer);
        } catch (IOException | java.io.UncheckedIOException e) {
            // The stream of a killed child breaks off; its end is told by the exit status.
            return;
        }
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
