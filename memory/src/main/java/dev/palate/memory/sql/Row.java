package dev.palate.memory.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The row a result stands at, read by column name.
record Row(ResultSet result) {
    String text(String column) throws SQLException {
        return Objects.requireNonNull(result.getString(column), column);
    }

    @Nullable
    String textOrNull(String column) throws SQLException {
        return result.getString(column);
    }

    long number(String column) throws SQLException {
        return result.getLong(column);
    }

    double real(String column) throws SQLException {
        return result.getDouble(column);
    }

    boolean flag(String column) throws SQLException {
        return result.getInt(column) != 0;
    }

    @Nullable
    Integer integerOrNull(String column) throws SQLException {
        int value = result.getInt(column);
        return result.wasNull() ? null : value;
    }

    Instant time(String column) throws SQLException {
        return Times.of(result.getLong(column));
    }

    @Nullable
    Instant timeOrNull(String column) throws SQLException {
        long value = result.getLong(column);
        return result.wasNull() ? null : Times.of(value);
    }
}
