package dev.palate.memory.sql;

import dev.palate.memory.Require;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// The change feed in table `change_log`, with the identity of the database in table `meta`.
final class SqlChanges implements Changes {
    private static final int MAX_LIMIT = 10_000;

    private final Database database;
    private final String databaseId;
    private final long epoch;

    SqlChanges(Database database) {
        this.database = database;
        databaseId = database.read(handle -> meta(handle, "database_id"));
        epoch = Long.parseLong(database.read(handle -> meta(handle, "epoch")));
    }

    private static String meta(Handle handle, String name) {
        return handle.createQuery("select value from meta where name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .one();
    }

    /// Gives a new database its identity; one that has it keeps it.
    static void identify(Database database, String id) {
        database.write(transaction -> {
            keepFirst(transaction, "database_id", id);
            keepFirst(transaction, "epoch", "1");
            keepFirst(transaction, "change_horizon", "0");
            return true;
        });
    }

    /// Begins an epoch above the one given and the database's own.
    static long beginEpoch(Database database, long above) {
        return database.write(transaction -> {
            long next = Math.max(above, Long.parseLong(meta(transaction.handle(), "epoch"))) + 1;
            transaction
                    .handle()
                    .createUpdate("update meta set value = :epoch where name = 'epoch'")
                    .bind("epoch", Long.toString(next))
                    .execute();
            return next;
        });
    }

    private static void keepFirst(Transaction transaction, String name, String value) {
        transaction
                .handle()
                .createUpdate("insert into meta (name, value) values (:name, :value) on conflict (name) do nothing")
                .bind("name", name)
                .bind("value", value)
                .execute();
    }

    @Override
    public String databaseId() {
        return databaseId;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public ChangeNumber latest() {
        return new ChangeNumber(database.latestChange());
    }

    @Override
    public ChangeNumber horizon() {
        return new ChangeNumber(Long.parseLong(database.read(handle -> meta(handle, "change_horizon"))));
    }

    @Override
    public List<Change> after(ChangeNumber number, int limit) {
        Require.range("limit", limit, 1, MAX_LIMIT);
        // Every list after a change waits for this.
        return database.rows(
                "select number, type, id, revision from change_log where number > ? order by number limit ?",
                result -> new Change(
                        new ChangeNumber(result.getLong(1)),
                        Change.Type.valueOf(result.getString(2)),
                        result.getString(3),
                        result.getLong(4)),
                number.value(),
                limit);
    }

    @Override
    public boolean await(ChangeNumber number, Duration atMost) throws InterruptedException {
        return database.awaitChange(number.value(), atMost);
    }
}
