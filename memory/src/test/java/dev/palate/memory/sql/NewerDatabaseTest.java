package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A database that a newer Palate has migrated; see also `PostgresTest`.
class NewerDatabaseTest {
    /// The row that a migration of the future leaves; the blank is for "true" as the database writes it.
    static final String FROM_THE_FUTURE = "insert into flyway_schema_history (installed_rank, version, description,"
            + " type, script, checksum, installed_by, execution_time, success)"
            + " values (999, '999', 'future', 'SQL', 'V999__future.sql', 1, 'me', 1, %s)";

    @TempDir
    Path folder;

    @Test
    void aNewerFileIsRefused() throws Exception {
        TruthPlace place = new TruthPlace.File(folder.resolve("truth.db"));
        SqlTruth.open(place, new TickingClock()).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("truth.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(FROM_THE_FUTURE.formatted("1"));
        }
        assertThatThrownBy(() -> SqlTruth.open(place, new TickingClock()))
                .isInstanceOf(MemoryException.class)
                .hasMessage(folder.resolve("truth.db")
                        + " has tables of version 999, which this build does not know; start a newer Palate")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.BAD_FILE);
    }
}
