package dev.palate.memory.index;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A SQLite truth whose feed shows another epoch or horizon when a test says so, and always the same database id.
final class TestTruth implements AutoCloseable {
    private final DataDirectory directory;
    private final SqlTruth truth;
    private volatile long epoch = 1;
    private volatile long horizon;
    private volatile long shown = Long.MAX_VALUE;
    private volatile Runnable reading = () -> {};

    TestTruth(Path folder) {
        directory = DataDirectory.open(folder);
        truth = SqlTruth.open(directory, Clock.systemUTC());
    }

    IndexChanges.Sources sources() {
        return new IndexChanges.Sources(new Feed(), truth.catalog(), truth.memories());
    }

    Memories memories() {
        return UsersFirst.of(truth);
    }

    ChangeNumber latest() {
        return truth.changes().latest();
    }

    long count() {
        return truth.catalog().count();
    }

    void restored() {
        epoch++;
    }

    void prune() {
        horizon = latest().value();
    }

    /// From now on the feed shows nothing new.
    void hide() {
        shown = latest().value();
    }

    /// Has this run whenever the feed is read.
    void reading(Runnable newReading) {
        reading = newReading;
    }

    void erase(UserId user) {
        truth.erasure(List.of()).user(user);
    }

    Item put(Item item) {
        return truth.catalog().put(item);
    }

    void putAll(List<Item> items) {
        truth.catalog().putAll(items);
    }

    Optional<Item> item(ItemId id) {
        return truth.catalog().item(id);
    }

    void delete(ItemId id) {
        truth.catalog().delete(id);
    }

    @Override
    public void close() {
        truth.close();
        directory.close();
    }

    private final class Feed implements Changes {
        @Override
        public String databaseId() {
            return "test";
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public ChangeNumber latest() {
            return new ChangeNumber(Math.min(shown, truth.changes().latest().value()));
        }

        @Override
        public ChangeNumber horizon() {
            return new ChangeNumber(horizon);
        }

        @Override
        public List<Change> after(ChangeNumber number, int limit) {
            reading.run();
            long most = shown;
            return truth.changes().after(number, limit).stream()
                    .filter(change -> change.number().value() <= most)
                    .toList();
        }

        @Override
        public boolean await(ChangeNumber number, Duration atMost) throws InterruptedException {
            return truth.changes().await(number, atMost);
        }
    }
}
