package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The one directory that holds everything Palate keeps, owned by one process at a time.
///
/// Opening makes the directory where it is missing, gives it mode 0700 and takes its lock; closing gives the lock
/// back, and so does the end of the process, however it ends. Thread-safe.
public final class DataDirectory implements AutoCloseable {
    /// Directories held in this process. A lock of the operating system belongs to the process and is lost when *any*
    /// channel of the file is closed, so a second opening must be refused before it touches the file.
    private static final Set<Path> HELD = new HashSet<>();

    /// The folder of the ledger of erasures.
    static final String ERASED = "erased";

    private static final String RESTORING = "truth.db.restoring";
    private static final String LOG_ASIDE = "truth.db-wal.old";

    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path root, FileChannel channel, FileLock lock) {
        this.root = root;
        this.channel = channel;
        this.lock = lock;
    }

    /// Opens and locks the directory, making it when missing.
    ///
    /// @throws MemoryException `DIRECTORY_HELD` when a process has it open, `STORAGE` when it cannot be
    ///     made or written
    public static DataDirectory open(Path path) {
        Path root = make(path);
        synchronized (HELD) {
            if (!HELD.add(root)) {
                throw held(root);
            }
        }
        boolean opened = false;
        try {
            DataDirectory directory = lock(root);
            opened = true;
            return directory;
        } finally {
            if (!opened) {
                synchronized (HELD) {
                    HELD.remove(root);
                }
            }
        }
    }

    private static Path make(Path path) {
        try {
            Files.createDirectories(path);
            Path root = path.toRealPath();
            restrict(root);
            for (String part : new String[] {"index", "models", "logs", "exports"}) {
                Files.createDirectories(root.resolve(part));
            }
            return root;
        } catch (IOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    "the data directory " + path.toAbsolutePath() + " cannot be made or written (" + reason(e)
                            + "); give one that can be written with --data",
                    e);
        }
    }

    private static void restrict(Path root) throws IOException {
        FileStore store = Files.getFileStore(root);
        if (store.supportsFileAttributeView(PosixFileAttributeView.class)) {
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static DataDirectory lock(Path root) {
        @Nullable FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(root.resolve("palate.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                throw held(root);
            }
            Files.writeString(owner(root), Long.toString(ProcessHandle.current().pid()));
            clearRestore(root);
            DataDirectory directory = new DataDirectory(root, channel, lock);
            channel = null;
            return directory;
        } catch (IOException e) {
            throw new MemoryException(
                    Code.STORAGE, "the data directory " + root + " cannot be locked (" + reason(e) + ")", e);
        } finally {
            closeQuietly(channel);
        }
    }

    /// What a restore left that was killed holds words that nobody would ever erase.
    private static void clearRestore(Path root) throws IOException {
        Path fresh = root.resolve(RESTORING);
        Path log = root.resolve("truth.db-wal");
        Path aside = root.resolve(LOG_ASIDE);
        if (Files.exists(fresh) && Files.exists(aside) && !Files.exists(log)) {
            // The old truth is still in its place, and this is its log.
            Files.move(aside, log, StandardCopyOption.ATOMIC_MOVE);
        }
        for (String suffix : List.of("-wal", "-shm", "-journal", "")) {
            Files.deleteIfExists(root.resolve(RESTORING + suffix));
        }
        Files.deleteIfExists(aside);
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The exception under way says more than a failed close of a file without content.
            }
        }
    }

    private static MemoryException held(Path root) {
        String owner;
        try {
            owner = "process " + Files.readString(owner(root)).strip();
        } catch (IOException e) {
            owner = "another process";
        }
        return new MemoryException(
                Code.DIRECTORY_HELD,
                "the data directory " + root + " is held by " + owner + "; stop it or give another with --data");
    }

    private static Path owner(Path root) {
        return root.resolve("palate.pid");
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /// The directory itself.
    public Path root() {
        return root;
    }

    /// The SQLite file; its log files stand beside it.
    public Path truth() {
        return root.resolve("truth.db");
    }

    /// Where a restore makes the truth that it puts in the place of the old; gone at the next opening.
    public Path restoring() {
        return root.resolve(RESTORING);
    }

    /// Where a restore keeps the log of the old truth meanwhile; gone at the next opening.
    public Path logAside() {
        return root.resolve(LOG_ASIDE);
    }

    /// Where the Lucene indexes stand.
    public Path index() {
        return root.resolve("index");
    }

    /// Where model files stand.
    public Path models() {
        return root.resolve("models");
    }

    /// Where logs and reports stand.
    public Path logs() {
        return root.resolve("logs");
    }

    /// Where exports stand.
    public Path exports() {
        return root.resolve("exports");
    }

    /// The file of the domain rule that an operator put into force; part of a back-up.
    public Path domainRule() {
        return root.resolve("domain-rule.json");
    }

    /// Where the ledger of erasures stands; no part of a back-up.
    public Path erased() {
        return root.resolve(ERASED);
    }

    @Override
    public void close() {
        try {
            if (lock.isValid()) {
                lock.release();
            }
            channel.close();
        } catch (IOException e) {
            throw new MemoryException(Code.STORAGE, "the lock of " + root + " cannot be released", e);
        } finally {
            synchronized (HELD) {
                HELD.remove(root);
            }
        }
    }
}
