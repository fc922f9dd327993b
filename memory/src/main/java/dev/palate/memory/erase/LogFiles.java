package dev.palate.memory.erase;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The logs, which name users by id and hold no words of theirs: the id is overwritten where it stands, in place,
/// since somebody may be writing to the file. A short id, which any number could be, only where it follows `user`.
/// Thread-safe.
public final class LogFiles implements ErasurePlace {
    private static final int BLOCK = 1 << 20;
    private static final int SHORT = 8;
    private static final byte[] USER = "user".getBytes(StandardCharsets.US_ASCII);
    private static final int LEAD = USER.length + 1;

    private final Path folder;

    /// @param folder of the logs
    public LogFiles(Path folder) {
        this.folder = folder;
    }

    @Override
    public String name() {
        return "ids in logs";
    }

    @Override
    public long erase(UserId user) {
        return every(user, true);
    }

    @Override
    public long remaining(UserId user) {
        return every(user, false);
    }

    private long every(UserId user, boolean overwrite) {
        byte[] id = user.value().getBytes(StandardCharsets.UTF_8);
        try {
            long found = 0;
            for (Path file : files()) {
                found += one(file, id, overwrite);
            }
            return found;
        } catch (IOException | UncheckedIOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    "the logs in " + folder + " cannot be read or written (" + e.getMessage() + "); see to the rights"
                            + " and erase again",
                    e);
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            // Reports say whose their rows are, and lose them as rows.
            return all.filter(Files::isRegularFile)
                    .filter(file -> !ReportFiles.isReport(file.getFileName().toString()))
                    .toList();
        }
    }

    private static long one(Path file, byte[] id, boolean overwrite) throws IOException {
        try (FileChannel channel = overwrite
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(file, StandardOpenOption.READ)) {
            List<Long> places = places(channel, id);
            if (overwrite && !places.isEmpty()) {
                byte[] stars = new byte[id.length];
                Arrays.fill(stars, (byte) '*');
                for (long place : places) {
                    channel.write(ByteBuffer.wrap(stars), place);
                }
                channel.force(false);
            }
            return places.size();
        }
    }

    /// Where the id stands as a word of its own. Blocks overlap by what is looked at on either side.
    private static List<Long> places(FileChannel channel, byte[] id) throws IOException {
        List<Long> places = new ArrayList<>();
        long size = channel.size();
        ByteBuffer block = ByteBuffer.allocate(LEAD + BLOCK + id.length + 1);
        for (long from = 0; from < size; from += BLOCK) {
            block.clear();
            long start = Math.max(0, from - LEAD);
            while (block.hasRemaining() && channel.read(block, start + block.position()) > 0) {
                continue;
            }
            int length = block.position();
            byte[] bytes = block.array();
            int first = (int) (from - start);
            for (int at = first; at - first < BLOCK && at + id.length <= length; at++) {
                boolean here = Arrays.equals(bytes, at, at + id.length, id, 0, id.length);
                if (here
                        && !word(bytes, at - 1, length)
                        && !word(bytes, at + id.length, length)
                        && (id.length >= SHORT || afterUser(bytes, at))) {
                    places.add(start + at);
                }
            }
        }
        return places;
    }

    private static boolean afterUser(byte[] bytes, int at) {
        int from = at - LEAD;
        return from >= 0 && Arrays.equals(bytes, from, from + USER.length, USER, 0, USER.length);
    }

    private static boolean word(byte[] bytes, int at, int length) {
        return at >= 0 && at < length && (Character.isLetterOrDigit(bytes[at]) || bytes[at] == '_' || bytes[at] == '-');
    }
}
