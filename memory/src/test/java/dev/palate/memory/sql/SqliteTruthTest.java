package dev.palate.memory.sql;

import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/// Every contract on a SQLite file.
class SqliteTruthTest {
    private static SqlTruth sqlite(Path folder) {
        TickingClock clock = new TickingClock();
        return SqlTruth.of(Database.open(new TruthPlace.File(folder.resolve("truth.db")), clock), clock);
    }

    @Nested
    class SqliteCatalog extends CatalogContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteInteractions extends InteractionsContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }

        @Override
        String plan(String sql) {
            return truth().database()
                    .read(handle -> handle.createQuery("explain query plan " + sql)
                            .map((result, context) -> result.getString("detail"))
                            .list()
                            .toString());
        }
    }

    @Nested
    class SqliteMemories extends MemoriesContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteColdMemories extends ColdMemoriesContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteRejections extends RejectionsContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteDoor extends DoorContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteUsers extends UsersContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteConversations extends ConversationsContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteJobsAndKeys extends JobsAndKeysContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteChanges extends ChangesContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteErasure extends ErasureContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteThemes extends ThemesContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteDerived extends DerivedContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteTraces extends TracesContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteRetention extends RetentionContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteCheck extends CheckContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }

    @Nested
    class SqliteSpending extends SpendingContract {
        @Override
        SqlTruth open(Path folder) {
            return sqlite(folder);
        }
    }
}
