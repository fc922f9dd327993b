package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A schema of a PostgreSQL database, 15 or newer, that keeps texts in UTF-8 and orders them by code point. The
/// writing connection holds an advisory lock, so that one process owns the schema. Thread-safe.
final class PostgresDialect implements Dialect {
    /// The oldest server that is let in, as it numbers itself.
    static final int OLDEST = 150_000;
    /// Longest statement of a write, shorter than its caller waits.
    static final Duration WRITE_TIMEOUT = Duration.ofSeconds(20);
    /// Longest wait of a write for a row that somebody else has locked.
    static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);
    /// Longest statement of a reader.
    static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(PostgresDialect.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration OWN_PATIENCE = Duration.ofSeconds(1);
    private static final Duration OWN_EVERY = Duration.ofMillis(20);
    private static final Duration VACUUM_TIMEOUT = Duration.ofSeconds(60);
    /// SQLSTATE of a statement that ran out of its time.
    private static final String CANCELLED = "57014";
    /// SQLSTATEs of a connection that is gone: broken, or ended by the server as it stops, crashes or tires of waiting.
    private static final Pattern LOST = Pattern.compile("08...|57P0[125]");
    /// Settings that promise more than `on` stay as they are.
    private static final String SYNC = "select set_config('synchronous_commit', 'on', false)"
            + " where current_setting('synchronous_commit') in ('off', 'local', 'remote_write')";
    private static final String OWN = "select pg_try_advisory_lock(hashtextextended('palate ' || current_schema(), 0))";
    private static final String CAN =
            "select current_setting('server_version_num')::int, current_setting('server_version'),"
                    + " current_setting('server_encoding'), current_setting('fsync'), current_schema(),"
                    + " (select string_agg(x, '' order by x) from (values ('b'), ('A'), ('_'), ('a'), ('B')) as t (x))";

    private final TruthPlace.Server server;

    PostgresDialect(TruthPlace.Server server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "the database " + server.shown();
    }

    /// @param silence longest time without an answer before the connection counts as lost
    private PGSimpleDataSource source(Duration silence) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        try {
            source.setURL(server.url());
        } catch (IllegalArgumentException e) {
            throw new MemoryException(
                    Code.BAD_INPUT,
                    "palate.truth.url cannot be read, was " + server.shown()
                            + "; write it as jdbc:postgresql://host:port/database");
        }
        if (!server.user().isEmpty()) {
            source.setUser(server.user());
        }
        if (!server.password().isEmpty()) {
            source.setPassword(server.password());
        }
        source.setApplicationName("palate");
        source.setConnectTimeout((int) CONNECT_TIMEOUT.toSeconds());
        source.setLoginTimeout((int) CONNECT_TIMEOUT.toSeconds());
        source.setSocketTimeout((int) silence.toSeconds());
        source.setTcpKeepAlive(true);
        return source;
    }

    @Override
    public Connection writer() throws SQLException {
        Connection connection = source(WRITE_TIMEOUT.plusSeconds(5)).getConnection();
        boolean usable = false;
        try (Statement statement = connection.createStatement()) {
            check(statement);
            statement.execute("set statement_timeout = " + WRITE_TIMEOUT.toMillis());
            statement.execute("set lock_timeout = " + LOCK_TIMEOUT.toMillis());
            statement.execute(SYNC);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            own(statement);
            usable = true;
            return connection;
        } finally {
            if (!usable) {
                connection.close();
            }
        }
    }

    /// Connects and says what is there.
    ///
    /// @throws MemoryException saying why it will not do
    String look() {
        try (Connection connection = source(READ_TIMEOUT).getConnection();
                Statement statement = connection.createStatement()) {
            check(statement);
            return name() + " answers, PostgreSQL " + connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    private void check(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery(CAN)) {
            result.next();
            if (result.getInt(1) < OLDEST) {
                throw unfit("is PostgreSQL " + result.getString(2) + "; use 15 or newer");
            }
            if (result.getString(5) == null) {
                throw unfit("has no schema to make tables in; name one with currentSchema in palate.truth.url");
            }
            if (!"UTF8".equals(result.getString(3)) || !"AB_ab".equals(result.getString(6))) {
                throw unfit("keeps texts in " + result.getString(3) + " and orders letters as " + result.getString(6)
                        + ", must be UTF8 and AB_ab; make it with: create database NAME template template0"
                        + " encoding 'UTF8' locale 'C.UTF-8'");
            }
            if (!"on".equals(result.getString(4))) {
                LOG.warn("{} runs with fsync=off: a power cut can lose what was acknowledged", name());
            }
        }
    }

    private MemoryException unfit(String why) {
        return new MemoryException(Code.BAD_INPUT, name() + " " + why);
    }

    /// Tries for a moment: the server lets go of the lock of a connection that was closed, or whose
    /// process was killed, a little after that.
    private void own(Statement statement) throws SQLException {
        long end = System.nanoTime() + OWN_PATIENCE.toNanos();
        while (!owned(statement)) {
            if (System.nanoTime() > end) {
                throw new MemoryException(
                        Code.DIRECTORY_HELD,
                        name() + " is held by another Palate; stop it or give another with palate.truth.url");
            }
            LockSupport.parkNanos(OWN_EVERY.toNanos());
        }
    }

    private static boolean owned(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery(OWN)) {
            result.next();
            return result.getBoolean(1);
        }
    }

    @Override
    public DataSource migrating() {
        return source(Duration.ZERO);
    }

    @Override
    public DataSource reading() {
        return source(READ_TIMEOUT.plusSeconds(5));
    }

    /// Several statements of one transaction see one moment.
    @Override
    public String readerSetUp() {
        return "set session characteristics as transaction isolation level repeatable read, read only;"
                + " set statement_timeout = " + READ_TIMEOUT.toMillis();
    }

    @Override
    public boolean lost(Connection connection) {
        try {
            return !connection.isValid((int) CONNECT_TIMEOUT.toSeconds());
        } catch (SQLException e) {
            return true;
        }
    }

    /// Not where the server was silent for as long as it may be: asking again would double that time. Nor
    /// where no connection could be made, which the pool has tried for as long as a reader waits.
    @Override
    public boolean readerLost(Throwable failure) {
        boolean lost = false;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException || cause instanceof SQLTransientConnectionException) {
                return false;
            }
            lost |= cause instanceof PSQLException e
                    && LOST.matcher(String.valueOf(e.getSQLState())).matches();
        }
        return lost;
    }

    @Override
    public Upkeep upkeep(GroupCommit commits) {
        return Upkeep.NONE;
    }

    /// Vacuums the tables beside the writes, which go on. A vacuum that takes longer than its time is left to the
    /// server's own, and said: repeating it would never end.
    @Override
    public Wiped wipe(GroupCommit commits, List<String> tables) {
        String kept =
                "PostgreSQL keeps deleted rows in its write-ahead log, and in unused parts of its pages until they"
                        + " are overwritten; vacuum full and the end of archived logs take the rest";
        List<String> remarks = new ArrayList<>(List.of(kept));
        try (Connection connection = source(VACUUM_TIMEOUT.plusSeconds(5)).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = " + VACUUM_TIMEOUT.toMillis());
            for (String table : tables) {
                if (!vacuumed(statement, table)) {
                    remarks.add("table " + table + " was not vacuumed within " + VACUUM_TIMEOUT.toSeconds()
                            + " s; the server's autovacuum does it later, or you by: vacuum " + table);
                }
            }
            return new Wiped(true, List.of(), remarks);
        } catch (SQLException e) {
            LOG.warn("vacuum failed: {}", e.getSQLState());
            return new Wiped(false, List.of(), List.of(kept));
        }
    }

    @Override
    public Wiped clear(GroupCommit commits, List<String> tables) {
        return wipe(commits, tables);
    }

    private static boolean vacuumed(Statement statement, String table) throws SQLException {
        try {
            statement.execute("vacuum " + table);
            return true;
        } catch (SQLException e) {
            if (CANCELLED.equals(e.getSQLState())) {
                LOG.warn("vacuum of {} took longer than {} s", table, VACUUM_TIMEOUT.toSeconds());
                return false;
            }
            throw e;
        }
    }

    @Override
    public void copy(Path file) {
        throw new MemoryException(
                Code.BAD_INPUT,
                name() + " is backed up by its own tools: pg_dump --format=custom --file=FILE, then pg_restore and"
                        + " ./palate restore --mark");
    }
}
