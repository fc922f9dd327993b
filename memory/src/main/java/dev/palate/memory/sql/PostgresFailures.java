package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.sql.SQLException;

/// What PostgreSQL's error states mean. Stateless.
final class PostgresFailures {
    private PostgresFailures() {}

    /// The exception of the module; the driver's message, which can hold values, stays with the cause.
    static MemoryException of(SQLException e, Throwable failure) {
        String state = String.valueOf(e.getSQLState());
        return switch (state) {
            case "53100" ->
                storage(failure, "the database's disk is full (53100); nothing of this write was kept, free space");
            case "57014" ->
                new MemoryException(
                        Code.DEADLINE,
                        "the database ended a statement that took too long (57014); try again later",
                        failure);
            case "55P03" ->
                storage(failure, "the database is locked by another program (55P03); close it and try again");
            case "25006" ->
                storage(failure, "the database only reads (25006), as a standby does; give the primary's address");
            case "42501" ->
                storage(failure, "the database user lacks a right (42501); make it the owner of the database");
            case "22021" ->
                new MemoryException(
                        Code.BAD_INPUT, "a text holds the character U+0000, which cannot be kept; remove it", failure);
            case "XX001", "XX002" ->
                new MemoryException(
                        Code.BAD_FILE, "the database is damaged (" + state + "); restore a back-up", failure);
            case "57P03", "53300" ->
                storage(failure, "the database server takes no connection now (" + state + "); try again");
            default -> byClass(state, failure);
        };
    }

    private static MemoryException byClass(String state, Throwable failure) {
        String message = switch (state.length() == 5 ? state.substring(0, 2) : state) {
            case "08", "57" ->
                "the connection to the database was lost or refused (" + state
                        + "); what was under way may be there, read before trying again";
            case "28", "3D", "3F" ->
                "the database server refused the user or the database (" + state
                        + "); check palate.truth.url, palate.truth.user and palate.truth.password";
            default -> "the database failed (" + state + "); nothing of this write was kept";
        };
        return storage(failure, message);
    }

    private static MemoryException storage(Throwable failure, String message) {
        return new MemoryException(Code.STORAGE, message, failure);
    }
}
