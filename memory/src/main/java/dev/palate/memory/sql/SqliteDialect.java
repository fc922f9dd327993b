package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Milestone;
import dev.palate.memory.erase.ErasureReceipt;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// A SQLite file in WAL mode with `synchronous=FULL`, so a commit that returned is on disk, and `secure_delete`, so
/// what was deleted is overwritten where it stood. Its owner is whoever holds the data directory. Thread-safe.
final class SqliteDialect implements Dialect {
    private static final int BUSY_MILLIS = 5_000;
    private static final Duration CHECKPOINT_DEADLINE = Duration.ofSeconds(5);
    /// How long one attempt to empty the log may hold the writer while readers are in it.
    static final int TRUNCATE_MILLIS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(SqliteDialect.class);
    private static final String TOO_LARGE = "truth.db is too large (128 GiB or more) for its unused bytes to be"
            + " overwritten while it serves; stop Palate and run sqlite3 truth.db vacuum";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    /// As it stands in the receipt.
    static final String UNUSED = "unused bytes of pages";

    private final Path file;
    private final SQLiteDataSource source;
    private @Nullable SqlitePages pages;

    SqliteDialect(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.DEFERRED);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setGetGeneratedKeys(false);
        // For migrations as well.
        config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "on");
        this.file = file;
        source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public Connection writer() throws SQLException {
        Connection connection = source.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma wal_autocheckpoint = 0");
            statement.execute("pragma cache_size = -65536");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public DataSource migrating() {
        return source;
    }

    @Override
    public DataSource reading() {
        return source;
    }

    @Override
    public String readerSetUp() {
        return "pragma query_only = on";
    }

    @Override
    public boolean lost(Connection connection) {
        return false;
    }

    @Override
    public boolean readerLost(Throwable failure) {
        return false;
    }

    @Override
    public Upkeep upkeep(GroupCommit commits) throws SQLException {
        return new Checkpoints(source.getConnection(), commits);
    }

    /// Deletes the write-ahead log's content; the pages themselves were overwritten by the deletion.
    ///
    /// The pages are moved into the file beside the writer. The writer only cuts the log off, between two groups,
    /// and gives up within [#TRUNCATE_MILLIS] while a reader is in it, so that writes go on. Tried again for a
    /// while, less and less often.
    @Override
    public Wiped wipe(GroupCommit commits, List<String> tables) {
        long end = System.nanoTime() + CHECKPOINT_DEADLINE.toNanos();
        Duration pause = FIRST_PAUSE;
        try (Connection beside = source.getConnection()) {
            while (true) {
                moveLog(beside);
                if (commits.alone(SqliteDialect::truncateLog)) {
                    return new Wiped(true, List.of(), List.of());
                }
                if (System.nanoTime() >= end) {
                    return new Wiped(false, List.of(), List.of());
                }
                LockSupport.parkNanos(pause.toNanos());
                pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    /// Also overwrites what SQLite leaves of moved rows in unused bytes of pages, see [PageSweep].
    @Override
    public Wiped clear(GroupCommit commits, List<String> tables) {
        Wiped wiped = wipe(commits, tables);
        if (!wiped.done()) {
            return wiped;
        }
        try (Connection reader = source.getConnection()) {
            SqlitePages of = pages();
            if (!of.understood()) {
                return new Wiped(true, List.of(), List.of(TOO_LARGE));
            }
            PageSweep sweep = new PageSweep(of, file.resolveSibling(file.getFileName() + "-wal"), commits, reader);
            Milestone.PAGES_SWEEPING.reached();
            boolean done = sweep.run();
            Milestone.PAGES_SWEPT.reached();
            if (!done) {
                return new Wiped(false, List.of(), List.of());
            }
            SqlitePages.Cleaned cleaned = sweep.cleaned();
            return new Wiped(
                    true,
                    List.of(new ErasureReceipt.Place(UNUSED, 0, cleaned.left())),
                    List.of("unused bytes of " + cleaned.cleaned() + " pages were overwritten"));
        } catch (SQLException e) {
            throw Failures.of(e);
        } catch (IOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    "the unused bytes of " + file + " cannot be overwritten (" + e.getMessage()
                            + "); see to the disk, it is tried again",
                    e);
        }
    }

    private synchronized SqlitePages pages() throws IOException {
        SqlitePages open = pages;
        if (open == null) {
            open = new SqlitePages(file);
            pages = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        SqlitePages open = pages;
        pages = null;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException e) {
            LOG.warn("{} could not be closed: {}", file, e.getMessage());
        }
    }

    private static void moveLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma wal_checkpoint(PASSIVE)");
        }
    }

    /// @return false while a reader is in the log
    static boolean truncateLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = " + TRUNCATE_MILLIS);
            try (var result = statement.executeQuery("pragma wal_checkpoint(TRUNCATE)")) {
                return result.next() && result.getInt(1) == 0;
            } finally {
                statement.execute("pragma busy_timeout = " + BUSY_MILLIS);
            }
        }
    }

    /// Only what is alive is copied: nothing deleted stands in free pages of the copy.
    @Override
    public void copy(Path to) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement("vacuum into ?")) {
            statement.setString(1, to.toString());
            statement.execute();
        }
    }
}
