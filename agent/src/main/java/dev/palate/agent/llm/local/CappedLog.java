package dev.palate.agent.llm.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/// A log file that never grows beyond a cap: when it is full it becomes `<name>.1`, replacing the one before. Keeps
/// the
/// latest lines in memory as well. Thread-safe.
final class CappedLog {
    private static final int KEPT_LINES = 20;
    private static final int LINE_CHARACTERS = 2_000;

    private final Path file;
    private final long maxBytes;
    private final InstantSource clock;
    private final Deque<String> latest = new ArrayDeque<>();

    /// @param file its folder is made when needed
    /// @param maxBytes of one file; there are at most two
    CappedLog(Path file, long maxBytes, InstantSource clock) {
        this.file = file;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /// Copies a stream line by line until it ends; a line is cut after [#LINE_CHARACTERS] characters.
    void follow(InputStream in) {
        try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            var line = new StringBuilder();
            for (int c = lines.read(); c >= 0; c = lines.read()) {
                if (c == '\n') {
                    add(line.toString());
                    line.setLength(0);
                } else if (line.length() < LINE_CHARACTERS) {
                    line.append((char) c);
                }
            }
            if (!line.isEmpty()) {
                add(line.toString());
            }
        } catch (IOException e) {
            add("log stream failed: " + e.getMessage());
        }
    }

    /// Writes one line with the time before it. A disk that cannot be written costs the line, nothing else.
    synchronized void add(String line) {
        if (latest.size() == KEPT_LINES) {
            latest.removeFirst();
        }
        latest.addLast(line);
        byte[] bytes = (clock.instant() + " " + line + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (Files.exists(file) && Files.size(file) + bytes.length > maxBytes) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            latest.addLast("the log " + file + " cannot be written: " + e.getMessage());
            latest.removeFirst();
        }
    }

    /// The last line, or an empty text.
    synchronized String last() {
        return latest.isEmpty() ? "" : latest.getLast();
    }
}
