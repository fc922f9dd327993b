package dev.palate.memory.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The one connection that writes, made anew when the database has dropped it or its state is not known. Not
/// thread-safe: it belongs to the writing thread.
final class WritingConnection implements AutoCloseable {
    private final Dialect dialect;
    private final UnaryOperator<Connection> wrap;
    private Connection connection;
    private Handle handle;
    private boolean lost;

    /// @param wrap put around each connection
    WritingConnection(Dialect dialect, UnaryOperator<Connection> wrap) throws SQLException {
        this.dialect = dialect;
        this.wrap = wrap;
        connection = wrap.apply(dialect.writer());
        handle = handle(connection);
    }

    private static Handle handle(Connection connection) {
        Handle handle = Database.quiet(Jdbi.create(connection)).open();
        handle.setStatementBuilder(new KeptStatements());
        return handle;
    }

    /// The connection.
    Connection connection() {
        return connection;
    }

    /// JDBI over the connection, which keeps its statements.
    Handle handle() {
        return handle;
    }

    /// Looks, after a failure, whether the connection is gone for good.
    boolean look() {
        lost = lost || dialect.lost(connection);
        return lost;
    }

    /// Says that this connection must not be used again.
    void giveUp() {
        lost = true;
    }

    /// Makes another connection where the last is gone.
    ///
    /// @throws SQLException when the database is still away
    void renewIfLost() throws SQLException {
        if (!lost) {
            return;
        }
        Connection fresh = wrap.apply(dialect.writer());
        fresh.setAutoCommit(false);
        close();
        connection = fresh;
        handle = handle(fresh);
        lost = false;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            if (!lost) {
                throw Failures.of(e);
            }
        }
    }
}
