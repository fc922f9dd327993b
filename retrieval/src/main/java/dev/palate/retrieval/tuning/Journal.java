package dev.palate.retrieval.tuning;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What is finished of a long work in a file, one JSON object a line after a line that says which work it
/// is. An entry is on the disk before [#add] returns; a line cut off by a kill is one that was not finished.
/// One process at a time. Not thread-safe.
///
/// @param <E> an entry, as JSON
public final class Journal<E> implements AutoCloseable {
    private static final long MAXIMUM_BYTES = 64L << 20;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private final FileChannel channel;
    private final Class<E> kind;
    private final List<E> entries = new ArrayList<>();

    private Journal(Path file, FileChannel channel, Class<E> kind) {
        this.file = file;
        this.channel = channel;
        this.kind = kind;
    }

    /// Opens the file, or makes it, and reads the entries that are in it.
    ///
    /// @param header which work the entries belong to, as JSON
    /// @param kind of the entries
    /// @throws RetrievalException with code BAD_INPUT when it is of other work or in use, BAD_FILE when a
    ///     line before the last is damaged, STORAGE when it cannot be read or written
    public static <E> Journal<E> open(Path file, Object header, Class<E> kind) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            requireAlone(channel, file);
            if (channel.size() > MAXIMUM_BYTES) {
                throw new RetrievalException(Code.BAD_FILE, file + " is no journal: it is too large");
            }
            Journal<E> journal = new Journal<>(file, channel, kind);
            journal.read(header);
            return journal;
        } catch (IOException e) {
            close(channel);
            throw new RetrievalException(Code.STORAGE, "cannot use the journal " + file + ": " + e.getMessage(), e);
        } catch (RetrievalException e) {
            close(channel);
            throw e;
        }
    }

    private static void requireAlone(FileChannel channel, Path file) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "the journal " + file + " is in use by another process: wait for it, or give another --out");
        }
    }

    private void read(Object header) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        List<String> lines = new ArrayList<>(
                new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList());
        channel.truncate(end);
        channel.position(end);
        String expected = JSON.writeValueAsString(header);
        if (lines.isEmpty()) {
            append(expected);
            return;
        }
        if (!lines.getFirst().equals(expected)) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "the journal " + file + " is of other work, " + shortened(lines.getFirst()) + ", not " + expected
                            + ": give the same arguments to go on, or another --out");
        }
        for (String line : lines.subList(1, lines.size())) {
            try {
                entries.add(JSON.readValue(line, kind));
            } catch (JacksonException e) {
                throw new RetrievalException(
                        Code.BAD_FILE, "the journal " + file + " is damaged at " + shortened(line) + ": delete it", e);
            }
        }
    }

    private static String shortened(String line) {
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }

    /// The finished ones, oldest first.
    public List<E> entries() {
        return List.copyOf(entries);
    }

    /// Writes an entry and waits until the disk has it.
    ///
    /// @throws RetrievalException with code STORAGE when the disk refuses
    public void add(E entry) {
        try {
            append(JSON.writeValueAsString(entry));
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE, "cannot write to the journal " + file + ": " + e.getMessage(), e);
        }
        entries.add(entry);
    }

    private void append(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }

    @Override
    public void close() {
        close(channel);
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // All that was added has been forced to the disk.
            return;
        }
    }
}
