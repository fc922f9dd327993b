package dev.palate.memory.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.result.ResultIterable;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One database: a writing connection behind [GroupCommit] and a small pool of connections that only read. A commit
/// that returned is on disk; how, and what else is the database's own, says its [Dialect]. Thread-safe.
final class Database implements AutoCloseable {
    /// Most connections that read at once; one more waits.
    static final int READERS = 4;
    /// How long a reader waits for a connection.
    static final Duration READ_DEADLINE = Duration.ofSeconds(10);
    /// Lists up to this length are written with the interactive writes, longer ones as bulk work.
    static final int INTERACTIVE_ROWS = 8;

    /// What can be chosen at opening.
    ///
    /// @param wrap put around the writing connection
    record Options(Clock clock, Retention retention, UnaryOperator<Connection> wrap) {}

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final Dialect dialect;
    private final Jdbi readers;
    private final HikariDataSource pool;
    private final WritingConnection writing;
    private final GroupCommit commits;
    private final Upkeep upkeep;
    private final Clock clock;
    private final AtomicLong latestChange = new AtomicLong();
    private final ReentrantLock changeLock = new ReentrantLock();
    private final Condition changed = changeLock.newCondition();
    private final List<KeptRows<?, ?>> kept = new CopyOnWriteArrayList<>();

    private Database(Dialect dialect, HikariDataSource pool, WritingConnection writing, Options options)
            throws SQLException {
        this.dialect = dialect;
        this.readers = quiet(Jdbi.create(pool));
        this.pool = pool;
        this.writing = writing;
        latestChange.set(writing.handle()
                .createQuery("select change_number from counter where name = 'counter'")
                .mapTo(Long.class)
                .one());
        this.commits = new GroupCommit(writing, options.clock, options.retention, this::committed);
        this.upkeep = dialect.upkeep(commits);
        this.clock = options.clock;
    }

    /// Opens the database, making its tables when they are missing and bringing them up to date.
    ///
    /// @throws MemoryException `BAD_FILE` when it is damaged or newer than this build, `BAD_INPUT` when it
    ///     cannot be used as it is, `DIRECTORY_HELD` when another process owns it, `STORAGE` when it refuses
    static Database open(TruthPlace place, Clock clock) {
        return open(place, new Options(clock, Retention.STANDARD, UnaryOperator.identity()));
    }

    /// As above, with all that can be chosen.
    static Database open(TruthPlace place, Options options) {
        Dialect dialect = switch (place) {
            case TruthPlace.File file -> new SqliteDialect(file.path());
            case TruthPlace.Server server -> new PostgresDialect(server);
        };
        try {
            return opened(dialect, options);
        } catch (SQLException | FlywayException e) {
            throw Failures.of(e);
        }
    }

    private static Database opened(Dialect dialect, Options options) throws SQLException {
        @Nullable WritingConnection writing = new WritingConnection(dialect, options.wrap);
        @Nullable HikariDataSource pool = null;
        try {
            migrate(dialect);
            pool = pool(dialect);
            Database database = new Database(dialect, pool, writing, options);
            writing = null;
            pool = null;
            return database;
        } finally {
            if (pool != null) {
                pool.close();
            }
            if (writing != null) {
                writing.close();
            }
        }
    }

    private static HikariDataSource pool(Dialect dialect) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(dialect.reading());
        config.setPoolName("palate-readers");
        config.setMaximumPoolSize(READERS);
        config.setConnectionTimeout(READ_DEADLINE.toMillis());
        config.setConnectionInitSql(dialect.readerSetUp());
        return new HikariDataSource(config);
    }

    private static void migrate(Dialect dialect) {
        Flyway flyway = Flyway.configure(Database.class.getClassLoader())
                .dataSource(dialect.migrating())
                .locations("classpath:db/migration")
                .javaMigrations(new EvidenceMigration())
                .load();
        for (MigrationInfo applied : flyway.info().applied()) {
            if (applied.getState().name().startsWith("FUTURE")) {
                throw new MemoryException(
                        Code.BAD_FILE,
                        dialect.name() + " has tables of version " + applied.getVersion()
                                + ", which this build does not know; start a newer Palate");
            }
        }
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            if (e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
                throw new MemoryException(
                        Code.BAD_INPUT,
                        dialect.name() + " has tables that are not Palate's; give it a database of its own",
                        e);
            }
            throw e;
        }
    }

    /// Exceptions carry no statement and no values, which can be a user's words.
    static Jdbi quiet(Jdbi jdbi) {
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(StatementExceptions.MessageRendering.NONE);
        return jdbi;
    }

    /// What time it is.
    Instant now() {
        return Times.cut(clock.instant());
    }

    /// Reads with a connection of the pool. Where that turns out to be gone, as all are after a crash of
    /// the server, the others that lie idle are given up and the work is done once more on a fresh one:
    /// it changes nothing, and must hand on nothing before its end.
    <T> T read(Function<Handle, T> work) {
        return read(work, () -> true);
    }

    /// @param repeatable asked before the work is done a second time
    private <T> T read(Function<Handle, T> work, BooleanSupplier repeatable) {
        try {
            return readers.withHandle(work::apply);
        } catch (RuntimeException e) {
            if (!dialect.readerLost(e) || !repeatable.getAsBoolean()) {
                throw Failures.of(e);
            }
            return readAgain(work, e);
        }
    }

    private <T> T readAgain(Function<Handle, T> work, RuntimeException first) {
        LOG.info("a reading connection was lost, the read is done once more on a fresh one");
        try {
            pool.getHikariPoolMXBean().softEvictConnections();
            return readers.withHandle(work::apply);
        } catch (RuntimeException e) {
            e.addSuppressed(first);
            throw Failures.of(e);
        }
    }

    /// Reads the rows of one statement through the driver alone: for the few reads that every list after an event waits
    /// for, of which Jdbi would take half the time.
    ///
    /// @param sql with a `?` for each value
    <T> List<T> rows(String sql, RowReader<T> reader, Object... values) {
        return read(handle -> {
            try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                List<T> rows = new ArrayList<>();
                try (ResultSet result = statement.executeQuery()) {
                    while (result.next()) {
                        rows.add(reader.read(result));
                    }
                }
                return rows;
            } catch (SQLException e) {
                throw new UncheckedSql(e);
            }
        });
    }

    /// Makes something of the row that a result is at; columns by their place.
    interface RowReader<T> {
        T read(ResultSet result) throws SQLException;
    }

    /// Carries an exception of the driver to where all are turned into the module's.
    private static final class UncheckedSql extends RuntimeException {
        private static final long serialVersionUID = 1;

        UncheckedSql(SQLException cause) {
            super(cause);
        }
    }

    /// Reads several statements of one moment.
    <T> T readAtOnce(Function<Handle, T> work) {
        return read(handle -> handle.inTransaction(work::apply));
    }

    /// Hands on the rows of a query one by one, all of one moment. Once one has been handed on, nothing
    /// is read anew.
    <T> void stream(Function<Handle, ResultIterable<T>> query, Consumer<T> consumer) {
        AtomicBoolean begun = new AtomicBoolean();
        read(
                handle -> handle.inTransaction(inside -> {
                    query.apply(inside).forEach(row -> {
                        begun.set(true);
                        consumer.accept(row);
                    });
                    return true;
                }),
                () -> !begun.get());
    }

    /// As [#readAtOnce], for work that hands on what it reads: it is not done a second time.
    <T> T readOnce(Function<Handle, T> work) {
        return read(handle -> handle.inTransaction(work::apply), () -> false);
    }

    /// See [GroupCommit#write].
    <T> T write(Function<Transaction, T> work) {
        return commits.write(work);
    }

    /// Writes all or nothing in one commit: few rows with the interactive writes, more of them behind
    /// these. Nothing can interrupt it once it has begun, so interactive writes that come up then wait
    /// for as long as it takes.
    <T> T writeWhole(int rows, Function<Transaction, T> work) {
        if (rows <= INTERACTIVE_ROWS) {
            return write(work);
        }
        return commits.bulk(List.of(new GroupCommit.Chunk<>(work, nanos -> {})).iterator())
                .getFirst();
    }

    /// Writes rows: a short list in one commit, a longer one in chunks as bulk work, in order.
    ///
    /// @param size of the chunks of such rows
    /// @param work writes one chunk and returns how many rows changed
    /// @return the sum over the chunks
    <R> int writeRows(ChunkSize size, List<R> rows, BiFunction<Transaction, List<R>, Integer> work) {
        if (rows.isEmpty()) {
            return 0;
        }
        if (rows.size() <= INTERACTIVE_ROWS) {
            return write(transaction -> work.apply(transaction, rows));
        }
        return commits
                .bulk(new Iterator<GroupCommit.Chunk<Integer>>() {
                    private int from;

                    @Override
                    public boolean hasNext() {
                        return from < rows.size();
                    }

                    @Override
                    public GroupCommit.Chunk<Integer> next() {
                        int end = Math.min(rows.size(), from + size.rows());
                        List<R> chunk = List.copyOf(rows.subList(from, end));
                        from = end;
                        return new GroupCommit.Chunk<>(
                                transaction -> work.apply(transaction, chunk), nanos -> size.took(chunk.size(), nanos));
                    }
                })
                .stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    /// Takes what was deleted from the tables off the disk.
    ///
    /// @return what could not be done, for the erasure's receipt
    Dialect.Wiped wipe(List<String> tables) {
        return dialect.wipe(commits, tables);
    }

    /// See [Dialect#clear].
    Dialect.Wiped clear(List<String> tables) {
        return dialect.clear(commits, tables);
    }

    /// See [Dialect#copy].
    void copy(Path file) {
        try {
            dialect.copy(file);
        } catch (SQLException e) {
            throw Failures.of(e);
        }
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

    /// Rows kept until something changes.
    <K, V> KeptRows<K, V> keptRows() {
        KeptRows<K, V> rows = new KeptRows<>(this::latestChange);
        kept.add(rows);
        return rows;
    }

    private void committed(long newest) {
        upkeep.committed();
        if (latestChange.getAndSet(newest) == newest) {
            return;
        }
        kept.forEach(KeptRows::clear);
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
        upkeep.close();
        commits.close();
        pool.close();
        writing.close();
        dialect.close();
    }
}
