package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Turns what the database threw into the exception of the module. Stateless.
final class Failures {
    private Failures() {}

    /// The exception to hand to the caller; those of the module and of the programmer pass as they are.
    static RuntimeException of(Throwable failure) {
        return switch (failure) {
            case MemoryException known -> known;
            case IllegalArgumentException argument -> argument;
            case IllegalStateException state -> state;
            default -> storage(failure);
        };
    }

    private static MemoryException storage(Throwable failure) {
        // A message of the driver can hold parts of a statement; none of it is repeated in ours.
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite) {
                return sqlite(sqlite, failure);
            }
            if (cause instanceof PSQLException postgres) {
                return PostgresFailures.of(postgres, failure);
            }
            if (cause instanceof SQLTransientConnectionException && !(cause.getCause() instanceof PSQLException)) {
                return new MemoryException(
                        Code.DEADLINE,
                        "all " + Database.READERS + " reading connections were in use for "
                                + Database.READ_DEADLINE.toSeconds() + " s; try again later",
                        failure);
            }
        }
        return new MemoryException(
                Code.STORAGE,
                "the database failed with " + failure.getClass().getSimpleName() + "; see its cause",
                failure);
    }

    private static MemoryException sqlite(SQLiteException sqlite, Throwable failure) {
        SQLiteErrorCode code = sqlite.getResultCode();
        int primary = code.code & 0xff;
        if (primary == SQLiteErrorCode.SQLITE_NOTADB.code || primary == SQLiteErrorCode.SQLITE_CORRUPT.code) {
            return new MemoryException(
                    Code.BAD_FILE,
                    "truth.db is not a database or is damaged (" + code.name() + "); restore a back-up",
                    failure);
        }
        String message = switch (primary) {
            case 13 -> "the disk is full (SQLITE_FULL); nothing of this write was kept, free space and try again";
            case 8 ->
                "the database cannot be written (" + code.name()
                        + "); make the data directory writable and start again";
            case 5, 6 -> "the database is locked by another program (" + code.name() + "); close it and try again";
            default -> "the database failed (" + code.name() + "); nothing of this write was kept";
        };
        return new MemoryException(Code.STORAGE, message, failure);
    }
}
