package dev.palate.memory.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/// The contracts of all ports on PostgreSQL, each test in a schema of its own.
@Timeout(120)
class PostgresTruthTest {
    private static SqlTruth postgres(Path folder) {
        TickingClock clock = new TickingClock();
        return SqlTruth.open(PostgresServer.shared().place(PostgresServer.schema(folder)), clock);
    }

    private static List<String> bytes(Path folder, String... tables) throws IOException {
        return PostgresServer.shared().bytesOf(PostgresServer.schema(folder), List.of(tables));
    }

    @Nested
    class PostgresCatalog extends CatalogContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresInteractions extends InteractionsContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }

        /// Of a table so small that going through its rows would be as quick, which is not allowed here.
        @Override
        String plan(String sql) throws SQLException {
            try (Connection connection = PostgresServer.shared().connect(PostgresServer.schema(folder));
                    Statement statement = connection.createStatement()) {
                statement.execute("vacuum analyze interaction");
                statement.execute("set enable_seqscan = off");
                statement.execute("set enable_bitmapscan = off");
                StringBuilder plan = new StringBuilder();
                try (ResultSet lines = statement.executeQuery("explain " + sql)) {
                    while (lines.next()) {
                        plan.append(lines.getString(1)).append('\n');
                    }
                }
                return plan.toString();
            }
        }
    }

    @Nested
    class PostgresMemories extends MemoriesContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresColdMemories extends ColdMemoriesContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresRejections extends RejectionsContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresDoor extends DoorContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresUsers extends UsersContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresConversations extends ConversationsContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresJobsAndKeys extends JobsAndKeysContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }

        @Override
        List<String> bytesOnDisk() throws IOException {
            return bytes(folder, "api_key");
        }
    }

    @Nested
    class PostgresChanges extends ChangesContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresErasure extends ErasureContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }

        @Override
        List<String> bytesOnDisk() throws IOException {
            return bytes(folder, "memory", "memory_revision", "message");
        }
    }

    @Nested
    class PostgresThemes extends ThemesContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresDerived extends DerivedContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresTraces extends TracesContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresRetention extends RetentionContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresCheck extends CheckContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }

    @Nested
    class PostgresSpending extends SpendingContract {
        @Override
        SqlTruth open(Path folder) {
            return postgres(folder);
        }
    }
}
