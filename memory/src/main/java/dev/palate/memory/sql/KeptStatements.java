package dev.palate.memory.sql;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/// Prepares each statement of the writing connection once; at most 128 are kept, the longest unused goes first.
///
/// Only for a connection of one thread on which no statement is begun again before it is done.
final class KeptStatements implements StatementBuilder {
    private static final int LIMIT = 128;

    private final Map<String, PreparedStatement> kept = new LinkedHashMap<>(LIMIT * 2, 0.75f, true);
    private final Set<PreparedStatement> known = Collections.newSetFromMap(new IdentityHashMap<>());

    @Override
    public Statement create(Connection connection, StatementContext context) throws SQLException {
        return connection.createStatement();
    }

    @Override
    public PreparedStatement create(Connection connection, String sql, StatementContext context) throws SQLException {
        PreparedStatement earlier = kept.get(sql);
        if (earlier != null) {
            return earlier;
        }
        if (kept.size() == LIMIT) {
            String oldest = kept.keySet().iterator().next();
            PreparedStatement unused = kept.remove(oldest);
            if (unused != null) {
                known.remove(unused);
                unused.close();
            }
        }
        PreparedStatement prepared = connection.prepareStatement(sql);
        kept.put(sql, prepared);
        known.add(prepared);
        return prepared;
    }

    @Override
    public CallableStatement createCall(Connection connection, String sql, StatementContext context)
            throws SQLException {
        return connection.prepareCall(sql);
    }

    @Override
    public void close(Connection connection, String sql, Statement statement) throws SQLException {
        // The text given here is the one before parsing, so the statement itself has to tell.
        if (statement instanceof PreparedStatement prepared && known.contains(prepared)) {
            prepared.clearParameters();
        } else {
            statement.close();
        }
    }

    @Override
    public void close(Connection connection) {
        kept.clear();
        known.clear();
    }
}
