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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The finished trials of one search in a file, one JSON object a line after a line that says which search it
/// is. A trial is on the disk before [#add] returns; a line cut off by a kill is a trial that was not
/// finished. One process at a time. Not thread-safe.
final class Journal implements AutoCloseable {
    /// Which search the trials belong to.
    ///
    /// @param format of the file
    /// @param split the task's name
    /// @param events learnt from
    /// @param users that can be asked for
    /// @param search what is looked for
    record Header(int format, String split, long events, int users, Search search) {
        static final int FORMAT = 1;
    }

    private record Place(int rung, int configuration) {}

    private static final long MAXIMUM_BYTES = 64L << 20;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private final FileChannel channel;
    private final Map<Place, Trial> trials = new HashMap<>();

    private Journal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Opens the file, or makes it, and reads the trials that are in it.
    ///
    /// @throws RetrievalException with code BAD_INPUT when it is of another search or in use, BAD_FILE when a
    ///     line before the last is damaged, STORAGE when it cannot be read or written
    static Journal open(Path file, Header header) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            requireAlone(channel, file);
            if (channel.size() > MAXIMUM_BYTES) {
                throw new RetrievalException(Code.BAD_FILE, file + " is no journal of trials: it is too large");
            }
            Journal journal = new Journal(file, channel);
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
                    "the journal " + file + " is in use by another search: wait for it, or give" + " another --out");
        }
    }

    private void read(Header header) throws IOException {
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
                    "the journal " + file + " is of another search, " + shortened(lines.getFirst()) + ", not "
                            + expected + ": give the same arguments to go on, or another --out");
        }
        for (String line : lines.subList(1, lines.size())) {
            try {
                keep(JSON.readValue(line, Trial.class));
            } catch (JacksonException e) {
                throw new RetrievalException(
                        Code.BAD_FILE, "the journal " + file + " is damaged at " + shortened(line) + ": delete it", e);
            }
        }
    }

    private static String shortened(String line) {
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }

    private void keep(Trial trial) {
        trials.put(new Place(trial.rung(), trial.configuration()), trial);
    }

    /// The finished trial of a configuration on a rung.
    Optional<Trial> find(int rung, int configuration) {
        return Optional.ofNullable(trials.get(new Place(rung, configuration)));
    }

    /// Writes a trial and waits until the disk has it.
    void add(Trial trial) {
        try {
            append(JSON.writeValueAsString(trial));
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE, "cannot write to the journal " + file + ": " + e.getMessage(), e);
        }
        keep(trial);
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
