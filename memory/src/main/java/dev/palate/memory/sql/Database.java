package dev.palate.memory.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// One SQLite file: a writing connection behind [GroupCommit] and a small pool of connections that only read.
///
/// The file is in WAL mode with `synchronous=FULL`, so a commit that returned is on disk, and `secure_delete`, so what
/// was deleted is overwritten. Thread-safe.
final class Database implements AutoCloseable {
    /// Most connections that read at once; one more waits.
    static final int READERS = 4;
    /// How long a reader waits for a connection.
    static final Duration READ_DEADLINE = Duration.ofSeconds(10);
    /// Lists up to this length are written with the interactive writes, longer ones as bulk work.
    static final int INTERACTIVE_ROWS = 8;
    /// Rows of one chunk of bulk work, few enough for a few milliseconds.
    static final int CHUNK_ROWS = 64;

    private static final int BUSY_MILLIS = 5_000;
    private static final Duration CHECKPOINT_DEADLINE = Duration.ofSeconds(5);

    /// What can be chosen at opening.
    ///
    /// @param wrap put around the writing connection
    record Options(Clock clock, Retention retention, UnaryOperator<Connection> wrap) {}

    private final Jdbi readers;
    private final HikariDataSource pool;
    private final Connection writing;
    private final GroupCommit commits;
    private final Checkpoints checkpoints;
    private final AtomicLong latestChange = new AtomicLong();
    private final ReentrantLock changeLock = new ReentrantLock();
    private final Condition changed = changeLock.newCondition();

    private Database(SQLiteDataSource source, HikariDataSource pool, Connection writing, Options options)
            throws SQLException {
        this.readers = quiet(Jdbi.create(pool));
        this.pool = pool;
        this.writing = writing;
        Handle handle = quiet(Jdbi.create(writing)).open();
        handle.setStatementBuilder(new KeptStatements());
        latestChange.set(handle.createQuery("select change_number from counter where name = 'counter'")
                .mapTo(Long.class)
                .one());
        this.commits = new GroupCommit(handle, options.clock, options.retention, this::committed);
        this.checkpoints = new Checkpoints(source.getConnection(), commits);
    }

    /// Opens the file, making it when missing, and brings its tables up to date.
    ///
    /// @throws MemoryException `BAD_FILE` when the file is damaged or newer than this build, `STORAGE` when
    ///     the disk refuses
    static Database open(Path file, Clock clock) {
        return open(file, new Options(clock, Retention.STANDARD, UnaryOperator.identity()));
    }

    /// As above, with all that can be chosen.
    static Database open(Path file, Options options) {
        SQLiteDataSource source = source(file);
        try {
            migrate(source, file);
            return opened(source, options);
        } catch (SQLException | FlywayException e) {
            throw Failures.of(e);
        }
    }

    private static Database opened(SQLiteDataSource source, Options options) throws SQLException {
        @Nullable Connection writing = options.wrap.apply(source.getConnection());
        try {
            try (Statement statement = writing.createStatement()) {
                statement.execute("pragma secure_delete = on");
                statement.execute("pragma wal_autocheckpoint = 0");
                statement.execute("pragma cache_size = -65536");
            }
            Database database = new Database(source, pool(source), writing, options);
            writing = null;
            return database;
        } finally {
            if (writing != null) {
                writing.close();
            }
        }
    }

    private static SQLiteDataSource source(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.DEFERRED);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setGetGeneratedKeys(false);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static HikariDataSource pool(SQLiteDataSource source) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setPoolName("palate-readers");
        config.setMaximumPoolSize(READERS);
        config.setConnectionTimeout(READ_DEADLINE.toMillis());
        config.setConnectionInitSql("pragma query_only = on");
        return new HikariDataSource(config);
    }

    private static void migrate(SQLiteDataSource source, Path file) {
        Flyway flyway = Flyway.configure(Database.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:db/migration")
                .load();
        for (MigrationInfo applied : flyway.info().applied()) {
            if (applied.getState().name().startsWith("FUTURE")) {
                throw new MemoryException(
                        Code.BAD_FILE,
                        file + " has tables of version " + applied.getVersion()
                                + ", which this build does not know; start a newer Palate");
            }
        }
        flyway.migrate();
    }

    /// Exceptions carry no statement and no values, which can be a user's words.
    private static Jdbi quiet(Jdbi jdbi) {
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(StatementExceptions.MessageRendering.NONE);
        return jdbi;
    }

    /// Reads with a connection of the pool.
    <T> T read(Function<Handle, T> work) {
        try {
            return readers.withHandle(work::apply);
        } catch (RuntimeException e) {
            throw Failures.of(e);
        }
    }

    /// Reads several statements of one moment.
    <T> T readAtOnce(Function<Handle, T> work) {
        return read(handle -> handle.inTransaction(work::apply));
    }

    /// See [GroupCommit#write].
    <T> T write(Function<Transaction, T> work) {
        return commits.write(work);
    }

    /// Writes rows: a short list in one commit, a longer one in chunks as bulk work, in order.
    ///
    /// @param work writes one chunk and returns how many rows changed
    /// @return the sum over the chunks
    <R> int writeRows(List<R> rows, BiFunction<Transaction, List<R>, Integer> work) {
        if (rows.isEmpty()) {
            return 0;
        }
        if (rows.size() <= INTERACTIVE_ROWS) {
            return write(transaction -> work.apply(transaction, rows));
        }
        List<Function<Transaction, Integer>> chunks = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += CHUNK_ROWS) {
            List<R> chunk = List.copyOf(rows.subList(from, Math.min(rows.size(), from + CHUNK_ROWS)));
            chunks.add(transaction -> work.apply(transaction, chunk));
        }
        return commits.bulk(chunks).stream().mapToInt(Integer::intValue).sum();
    }

    /// Deletes the write-ahead log's content, so that nothing deleted is left in it.
    ///
    /// @return false when readers kept it in use for the whole deadline
    boolean emptyLog() {
        long end = System.nanoTime() + CHECKPOINT_DEADLINE.toNanos();
        do {
            boolean done = commits.alone(connection -> {
                try (Statement statement = connection.createStatement();
                        var result = statement.executeQuery("pragma wal_checkpoint(TRUNCATE)")) {
                    return result.next() && result.getInt(1) == 0;
                }
            });
            if (done) {
                return true;
            }
            LockSupport.parkNanos(1_000_000);
        } while (System.nanoTime() < end);
        return false;
    }

    /// The newest committed change number.
    long latestChange() {
        return latestChange.get();
    }

    /// Waits until a change after the number given is committed.
    boolean awaitChange(long number, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        changeLock.lockInterruptibly();
        try {
            while (latestChange.get() <= number) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            changeLock.unlock();
        }
    }

    private void committed(long newest) {
        checkpoints.committed();
        if (latestChange.getAndSet(newest) == newest) {
            return;
        }
        changeLock.lock();
        try {
            changed.signalAll();
        } finally {
            changeLock.unlock();
        }
    }

    /// The writer.
    GroupCommit commits() {
        return commits;
    }

    /// Commits what waits and closes all connections.
    @Override
    public void close() {
        checkpoints.close();
        commits.close();
        pool.close();
        try {
            writing.close();
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }
}
