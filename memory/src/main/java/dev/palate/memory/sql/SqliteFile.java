package dev.palate.memory.sql;

import dev.palate.memory.change.ChangeNumber;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/// A truth's file looked at from outside, without becoming its owner. Stateless.
public final class SqliteFile {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);
    private static final int MAX_FINDINGS = 10;

    private SqliteFile() {}

    /// What a file says of itself.
    ///
    /// @param databaseId which database it is, or is a copy of
    /// @param schema version of its tables
    public record Facts(String databaseId, long epoch, ChangeNumber latest, String schema) {}

    /// What a file says of itself.
    ///
    /// @throws dev.palate.memory.MemoryException `BAD_FILE` when it is no truth or damaged
    public static Facts facts(Path file) {
        try (Connection connection = reading(file);
                Statement statement = connection.createStatement()) {
            return new Facts(
                    one(statement, "select value from meta where name = 'database_id'"),
                    Long.parseLong(one(statement, "select value from meta where name = 'epoch'")),
                    new ChangeNumber(
                            Long.parseLong(one(statement, "select change_number from counter where name = 'counter'"))),
                    one(
                            statement,
                            "select version from flyway_schema_history where version is not null"
                                    + " order by installed_rank desc limit 1"));
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    /// What SQLite finds wrong with the file's structure and references; empty when it is sound.
    ///
    /// @throws dev.palate.memory.MemoryException `BAD_FILE` when it is no database at all
    public static List<String> findings(Path file) {
        List<String> findings = new ArrayList<>();
        try (Connection connection = reading(file);
                Statement statement = connection.createStatement()) {
            try (ResultSet result = statement.executeQuery("pragma integrity_check(" + MAX_FINDINGS + ")")) {
                while (result.next()) {
                    if (!"ok".equals(result.getString(1))) {
                        findings.add(result.getString(1));
                    }
                }
            }
            try (ResultSet result = statement.executeQuery("pragma foreign_key_check")) {
                if (result.next()) {
                    findings.add("rows of " + result.getString(1) + " refer to missing rows of " + result.getString(3));
                }
            }
        } catch (SQLException e) {
            // Damage can be met before the check is through.
            if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_CORRUPT.code) {
                throw Failures.of(e);
            }
            findings.add("SQLITE_CORRUPT");
        }
        return findings;
    }

    /// An erasure that the database has begun.
    ///
    /// @param type `user` or `memory`
    /// @param id of whom or what it erases
    public record Begun(String type, String id, Instant at) {}

    /// Erasures that the database has begun and no ledger knows of yet; empty when it cannot be read.
    public static List<Begun> uninscribed(Path file) {
        List<Begun> begun = new ArrayList<>();
        try (Connection connection = reading(file);
                Statement statement = connection.createStatement()) {
            if (one(statement, "select count(*) from sqlite_master where name = 'erasure'")
                    .equals("0")) {
                return begun;
            }
            try (ResultSet result = statement.executeQuery(
                    "select subject_type, subject_id, created_at from erasure where subject_id is not null"
                            + " and steps not like '%\"name\":\"" + ErasureRun.LEDGER
                            + "\"%' order by created_at, id")) {
                while (result.next()) {
                    Row row = new Row(result);
                    begun.add(new Begun(row.text("subject_type"), row.text("subject_id"), row.time("created_at")));
                }
            }
            return begun;
        } catch (SQLException e) {
            LOG.warn("{} cannot say what it was about to erase: {}", file.getFileName(), e.getMessage());
            return List.of();
        }
    }

    /// Moves what stands in the write-ahead log into the file, which nobody has open.
    ///
    /// @throws dev.palate.memory.MemoryException when it cannot be read or written
    public static void emptyLog(Path file) {
        try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    private static Connection reading(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(5_000);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            String value = result.next() ? result.getString(1) : null;
            if (value == null) {
                throw new SQLException("the file lacks a row that every truth has");
            }
            return value;
        }
    }
}
