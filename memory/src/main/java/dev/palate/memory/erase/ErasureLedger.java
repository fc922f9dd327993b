package dev.palate.memory.erase;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Who and what was erased, as keyed hashes, outside of every back-up: a database that was restored from before an
/// erasure is told again what to forget. Appended to only, and on disk before an append returns. Thread-safe; one
/// instance per folder.
///
/// File `ledger`: a line each, time in microseconds, type (`user`, `memory`, `memories` or `conversation`),
/// HMAC-SHA256
/// of type and id under the 32 bytes in file `key`; `memories` are all that a subject `type/id` had by then.
/// Both files
/// have mode 0600. A line without
/// its end was never acknowledged and is cut off.
public final class ErasureLedger {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final Pattern LINE =
            Pattern.compile("(\\d{1,19}) (user|memory|memories|conversation) ([0-9a-f]{64})");

    private final @Nullable Path file;
    private final Mac mac;

    /// What was erased, in clear: it is written as a hash.
    ///
    /// @param type `user`, `memory`, `memories` or `conversation`
    public record Erased(String type, String id, Instant at) {}

    /// One erasure.
    ///
    /// @param type `user`, `memory`, `memories` or `conversation`
    /// @param hash keyed, of type and id
    public record Entry(Instant at, String type, String hash) {}

    /// Entries in the order of erasure.
    ///
    /// @param length of the ledger up to which they reach, in bytes
    public record Entries(List<Entry> entries, long length) {
        public Entries {
            entries = List.copyOf(entries);
        }
    }

    private ErasureLedger(@Nullable Path file, byte[] key) {
        this.file = file;
        this.mac = mac(key);
    }

    /// One that keeps nothing, under a key of its own, for a database without a folder.
    public static ErasureLedger none() {
        return new ErasureLedger(null, freshKey());
    }

    /// Opens the ledger of a folder, making what is missing.
    ///
    /// @throws MemoryException `BAD_FILE` when there is a ledger without its key, or one that cannot be understood;
    ///     `STORAGE` when the disk refuses
    public static ErasureLedger open(Path folder) {
        Path keyFile = folder.resolve("key");
        Path file = folder.resolve("ledger");
        try {
            Files.createDirectories(folder);
            restrict(folder, "rwx------");
            if (!Files.exists(keyFile)) {
                if (Files.exists(file) && Files.size(file) > 0) {
                    throw new MemoryException(
                            Code.BAD_FILE,
                            "the ledger of erasures " + file + " has lost its key " + keyFile
                                    + ", so nobody can say who was erased; put the key back, or remove the ledger to"
                                    + " give up what it guards");
                }
                makeKey(keyFile);
            }
            byte[] key = Files.readAllBytes(keyFile);
            if (key.length != KEY_BYTES) {
                throw new MemoryException(
                        Code.BAD_FILE,
                        "the key " + keyFile + " must have " + KEY_BYTES + " bytes, has " + key.length
                                + "; put the right one back");
            }
            mend(file);
            return new ErasureLedger(file, key);
        } catch (IOException e) {
            throw failed(folder.toString(), e);
        }
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static byte[] freshKey() {
        byte[] fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        return fresh;
    }

    private static void makeKey(Path keyFile) throws IOException {
        Path part = keyFile.resolveSibling("key.part");
        Files.deleteIfExists(part);
        Files.createFile(part);
        restrict(part, "rw-------");
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            writeFully(channel, freshKey());
        }
        Files.move(part, keyFile, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(keyFile);
    }

    private static void restrict(Path path, String mode) throws IOException {
        if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        }
    }

    private static void syncFolder(Path file) throws IOException {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
        channel.force(true);
    }

    private static void mend(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file);
            restrict(file, "rw-------");
            syncFolder(file);
        }
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        if (end < bytes.length) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(end).force(true);
            }
        }
    }

    /// The keyed hash that stands for the thing.
    public String hash(String type, String id) {
        byte[] bytes = (type + '\0' + id).getBytes(StandardCharsets.UTF_8);
        synchronized (mac) {
            return HexFormat.of().formatHex(mac.doFinal(bytes));
        }
    }

    /// Adds an erasure; on disk when this returns.
    ///
    /// @param type `user`, `memory`, `memories` or `conversation`
    /// @return the length of the ledger now
    public long append(String type, String id, Instant at) {
        return append(List.of(new Erased(type, id, at)));
    }

    /// Adds erasures with one sync of the disk; all are there when this returns.
    ///
    /// @return the length of the ledger now
    public synchronized long append(List<Erased> erased) {
        StringBuilder lines = new StringBuilder();
        for (Erased one : erased) {
            long micros = Math.multiplyExact(one.at.getEpochSecond(), 1_000_000L) + one.at.getNano() / 1_000;
            String line = micros + " " + one.type + " " + hash(one.type, one.id);
            if (!LINE.matcher(line).matches()) {
                throw new IllegalArgumentException(
                        "type must be user, memory, memories or conversation, was " + one.type);
            }
            lines.append(line).append('\n');
        }
        if (file == null) {
            return 0;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            writeFully(channel, lines.toString().getBytes(StandardCharsets.US_ASCII));
            return channel.size();
        } catch (IOException e) {
            throw failed(file.toString(), e);
        }
    }

    /// How long the ledger is, in bytes.
    public long length() {
        try {
            return file == null ? 0 : Files.size(file);
        } catch (IOException e) {
            throw failed(String.valueOf(file), e);
        }
    }

    /// The erasures after the length given; all of them when the ledger is shorter than that, and so is another.
    ///
    /// @throws MemoryException `BAD_FILE` when a line cannot be understood
    public synchronized Entries after(long length) {
        if (file == null) {
            return new Entries(List.of(), 0);
        }
        try {
            byte[] bytes = Files.readAllBytes(file);
            int from = length > bytes.length ? 0 : (int) length;
            String text = new String(bytes, from, bytes.length - from, StandardCharsets.US_ASCII);
            List<Entry> entries = new ArrayList<>();
            for (String line : text.lines().toList()) {
                entries.add(entry(file, line));
            }
            return new Entries(entries, bytes.length);
        } catch (IOException e) {
            throw failed(file.toString(), e);
        }
    }

    private static Entry entry(Path file, String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new MemoryException(
                    Code.BAD_FILE,
                    "the ledger of erasures " + file + " has a line that is none of its own: \"" + line
                            + "\"; put a sound copy back");
        }
        long micros = Long.parseLong(matcher.group(1));
        Instant at = Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
        return new Entry(at, matcher.group(2), matcher.group(3));
    }

    private static MemoryException failed(String path, IOException e) {
        return new MemoryException(
                Code.STORAGE,
                "the ledger of erasures in " + path + " cannot be read or written ("
                        + e.getClass().getSimpleName() + ": " + e.getMessage() + "); see to the disk and try again",
                e);
    }
}
