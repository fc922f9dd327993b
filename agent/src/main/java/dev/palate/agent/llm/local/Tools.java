package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The command line tools on this machine's PATH.
///
/// @param environment variables, `PATH` among them
record Tools(Map<String, String> environment) {
    private static final int KEPT_LINES = 12;
    private static final Duration POLL = Duration.ofMillis(250);

    Tools {
        environment = Map.copyOf(environment);
    }

    /// The first of these names that is on the PATH.
    Optional<Path> find(String... names) {
        for (String name : names) {
            for (String folder : environment.getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1)) {
                Path file = Path.of(folder, name);
                if (!folder.isBlank() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /// Runs a tool to its end.
    ///
    /// @param command first the tool's file
    /// @param folder working directory and place of its temporary files
    /// @param timeout after which it is killed
    /// @param tick called while it runs, about four times a second; answers false to end it
    /// @throws AgentException `MODEL_STORE` when it fails, with its last lines, or `MODEL_CANCELLED`
    void run(List<String> command, Path folder, Duration timeout, java.util.function.BooleanSupplier tick) {
        Deque<String> lines = new ArrayDeque<>();
        String name = Path.of(command.getFirst()).getFileName() + " " + command.get(1);
        try {
            var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            builder.environment().put("TMPDIR", folder.toString());
            Process process = builder.start();
            process.getOutputStream().close();
            Thread reader = Thread.ofVirtual().start(() -> keepLastLines(process, lines));
            try {
                await(process, name, timeout, tick);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            reader.join(Duration.ofSeconds(2));
            if (process.exitValue() != 0) {
                throw new AgentException(
                        Code.MODEL_STORE, name + " failed with exit code " + process.exitValue() + ": " + told(lines));
            }
        } catch (IOException e) {
            throw new AgentException(Code.MODEL_STORE, name + " could not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(Code.MODEL_CANCELLED, name + " was interrupted", e);
        }
    }

    private static void await(Process process, String name, Duration timeout, java.util.function.BooleanSupplier tick)
            throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!process.waitFor(POLL)) {
            if (!tick.getAsBoolean()) {
                throw new AgentException(Code.MODEL_CANCELLED, name + " was cancelled; run it again to go on");
            }
            if (System.nanoTime() > end) {
                throw new AgentException(
                        Code.MODEL_STORE, name + " took longer than " + timeout.toMinutes() + " minutes and was ended");
            }
        }
    }

    private static void keepLastLines(Process process, Deque<String> lines) {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    if (lines.size() == KEPT_LINES) {
                        lines.removeFirst();
                    }
                    lines.addLast(line.strip());
                }
            }
        } catch (IOException e) {
            synchronized (lines) {
                lines.addLast("its output could not be read: " + e.getMessage());
            }
        }
    }

    // The line that says most: the last error, or else the last line. Addresses may hold credentials.
    private static String told(Deque<String> lines) {
        synchronized (lines) {
            return lines.stream()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).contains("error"))
                    .reduce((a, b) -> b)
                    .or(() -> Optional.ofNullable(lines.peekLast()))
                    .orElse("it said nothing")
                    .replaceAll("://[^/\\s@]*@", "://");
        }
    }
}
