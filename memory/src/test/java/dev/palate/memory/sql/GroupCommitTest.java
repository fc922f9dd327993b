package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class GroupCommitTest {
    @TempDir
    Path folder;

    private final TickingClock clock = new TickingClock();
    private final GatedConnection gates = new GatedConnection();

    private SqlTruth open(UnaryOperator<Connection> wrap) {
        return open(wrap, Retention.STANDARD);
    }

    private SqlTruth open(UnaryOperator<Connection> wrap, Retention retention) {
        Database.Options options = new Database.Options(clock, retention, wrap);
        return SqlTruth.of(Database.open(new TruthPlace.File(folder.resolve("truth.db")), options), clock);
    }

    private static Item item(String id) {
        return TruthContract.item(id, "Title of " + id);
    }

    private static UnaryOperator<Connection> with(String pragma) {
        return connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(pragma);
                return connection;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @Test
    void theWritingConnectionSyncsEveryCommit() {
        try (Database database = Database.open(new TruthPlace.File(folder.resolve("truth.db")), clock)) {
            assertThat(pragma(database, "synchronous")).as("2 is FULL").isEqualTo("2");
            assertThat(pragma(database, "journal_mode")).isEqualTo("wal");
            assertThat(pragma(database, "foreign_keys")).isEqualTo("1");
            assertThat(pragma(database, "secure_delete")).isEqualTo("1");
            assertThat(database.<String>read(handle -> handle.createQuery("pragma query_only")
                            .mapTo(String.class)
                            .one()))
                    .as("readers cannot write")
                    .isEqualTo("1");
        }
    }

    private static String pragma(Database database, String name) {
        return database.write(transaction -> transaction
                .handle()
                .createQuery("pragma " + name)
                .mapTo(String.class)
                .one());
    }

    /// Who is told that bulk work failed can look at what is on disk: nothing of it comes later.
    @Test
    void bulkWorkThatFailsHasEndedWhenItSaysSo() {
        try (SqlTruth truth = open(connection -> connection)) {
            Database database = truth.database();
            AtomicInteger written = new AtomicInteger();
            List<Integer> rows = IntStream.range(0, 640).boxed().toList();
            assertThatThrownBy(() -> database.writeRows(new ChunkSize(16), rows, (transaction, chunk) -> {
                        if (chunk.contains(70)) {
                            throw new MemoryException(Code.STORAGE, "no room");
                        }
                        LockSupport.parkNanos(10_000_000);
                        transaction
                                .handle()
                                .createUpdate("insert into meta (name, value) values (:name, '')")
                                .bind("name", "chunk of " + chunk.getFirst())
                                .execute();
                        return written.incrementAndGet();
                    }))
                    .hasMessage("no room");
            int then = written.get();
            String count = "select count(*) from meta where name like 'chunk of%'";
            int onDisk = database.read(
                    handle -> handle.createQuery(count).mapTo(Integer.class).one());
            LockSupport.parkNanos(200_000_000);
            database.write(transaction -> 0);
            assertThat(written.get()).isEqualTo(then);
            assertThat(database.<Integer>read(handle ->
                            handle.createQuery(count).mapTo(Integer.class).one()))
                    .isEqualTo(onDisk)
                    .isEqualTo(then);
        }
    }

    @Test
    void aWriteIsAcknowledgedAfterItsCommitReturned() throws Exception {
        try (SqlTruth truth = open(gates::around);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            gates.hold(true);
            Future<Item> write = executor.submit(() -> truth.catalog().put(item("a")));
            GatedConnection.await(gates.arrivedBefore);
            assertThat(truth.catalog().item(new ItemId("a"))).isEmpty();
            assertThatThrownBy(() -> write.get(100, TimeUnit.MILLISECONDS))
                    .as("before the commit")
                    .isNotNull();
            gates.openBefore.release();
            GatedConnection.await(gates.arrivedAfter);
            assertThat(truth.catalog().item(new ItemId("a"))).isPresent();
            assertThatThrownBy(() -> write.get(100, TimeUnit.MILLISECONDS))
                    .as("inside the commit")
                    .isNotNull();
            gates.hold(false);
            gates.openAfter.release();
            assertThat(write.get(60, TimeUnit.SECONDS).revision()).isEqualTo(1);
        }
    }

    @Test
    void aFailingWriteTakesNothingOfItsGroupWithIt() throws Exception {
        try (SqlTruth truth = open(gates::around);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            UsersFirst.ensure(truth, TruthContract.ANN);
            gates.hold(true);
            Future<Item> first = executor.submit(() -> truth.catalog().put(item("first")));
            GatedConnection.await(gates.arrivedBefore);
            int before = gates.commits.get();
            Future<Item> good = executor.submit(() -> truth.catalog().put(item("good")));
            Memories.Write stale = new Memories.Write(
                    TruthContract.likes("m", TruthContract.ANN, "horror")
                            .draft()
                            .revision(7)
                            .build(),
                    Actor.AGENT,
                    "");
            Memories.Write fine =
                    new Memories.Write(TruthContract.likes("n", TruthContract.ANN, "war"), Actor.AGENT, "");
            Future<?> bad = executor.submit(() -> truth.memories().put(List.of(fine, stale)));
            Future<Item> alsoGood = executor.submit(() -> truth.catalog().put(item("alsoGood")));
            gates.hold(false);
            gates.openBefore.release();
            gates.openAfter.release();
            first.get(60, TimeUnit.SECONDS);
            good.get(60, TimeUnit.SECONDS);
            alsoGood.get(60, TimeUnit.SECONDS);
            assertThatThrownBy(() -> bad.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("memory m is at revision 0, the write was made at 7");
            assertThat(truth.memories().memory(new MemoryId("n"))).isEmpty();
            assertThat(truth.changes().after(ChangeNumber.NONE, 10))
                    .extracting(change -> change.number().value())
                    .containsExactly(1L, 2L, 3L);
            assertThat(gates.commits.get() - before).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void aCommitThatFailsIsSaidToEveryCallerAndKeepsNothing() {
        try (SqlTruth truth = open(gates::around)) {
            truth.catalog().put(item("a"));
            gates.failNext.set(true);
            assertThatThrownBy(() -> truth.catalog().put(item("b")))
                    .isInstanceOf(MemoryException.class)
                    .hasMessage("the database failed with SQLException; see its cause")
                    .extracting(e -> ((MemoryException) e).code())
                    .isEqualTo(Code.STORAGE);
            assertThat(truth.catalog().item(new ItemId("b"))).isEmpty();
            assertThat(truth.catalog().put(item("c")).revision()).isEqualTo(1);
            assertThat(truth.changes().after(ChangeNumber.NONE, 10))
                    .extracting(Change::id)
                    .containsExactly("a", "c");
            assertThat(truth.changes().latest()).isEqualTo(new ChangeNumber(2));
        }
    }

    @Test
    void aSingleWriteGoesBeforeBulkWorkThatWaits() throws Exception {
        try (SqlTruth truth = open(gates::around);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            gates.hold(true);
            Future<Item> first = executor.submit(() -> truth.catalog().put(item("first")));
            GatedConnection.await(gates.arrivedBefore);
            List<Item> many =
                    IntStream.range(0, 1_000).mapToObj(i -> item("bulk" + i)).toList();
            Future<Integer> bulk = executor.submit(() -> truth.catalog().putAll(many));
            Future<Item> single = executor.submit(() -> truth.catalog().put(item("single")));
            // Both wait behind the shut gate; the order in which they came does not matter.
            awaitParked(truth, executor);
            gates.hold(false);
            gates.openBefore.release();
            gates.openAfter.release();
            first.get(60, TimeUnit.SECONDS);
            single.get(60, TimeUnit.SECONDS);
            assertThat(bulk.get(60, TimeUnit.SECONDS)).isEqualTo(1_000);
            List<Change> changes = truth.changes().after(ChangeNumber.NONE, 10_000);
            assertThat(changes.get(1).id()).isEqualTo("single");
            assertThat(changes).hasSize(1_002);
        }
    }

    private static Item big(String id) {
        Item small = item(id);
        return new Item(
                small.id(),
                small.title(),
                small.year(),
                small.categories(),
                small.tags(),
                "x".repeat(20_000),
                small.attributes(),
                false,
                null,
                null,
                0);
    }

    /// Until both writes stand in the queue; the writer is behind a gate, so neither can leave it.
    private static void awaitParked(SqlTruth truth, ExecutorService executor) throws Exception {
        Database database = truth.database();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (database.commits().waiting() < 2 && System.nanoTime() < end) {
            executor.submit(Thread::yield).get();
        }
        assertThat(database.commits().waiting()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aFullDiskIsSaidAndReadingGoesOn() {
        try (SqlTruth truth = open(with("pragma max_page_count = 120"))) {
            truth.catalog().put(item("a"));
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            truth.catalog().put(big("filler " + i));
                        }
                    })
                    .isInstanceOf(MemoryException.class)
                    .hasMessage("the disk is full (SQLITE_FULL); nothing of this write was kept, free space and try"
                            + " again")
                    .extracting(e -> ((MemoryException) e).code())
                    .isEqualTo(Code.STORAGE);
            assertThat(truth.catalog().item(new ItemId("a"))).isPresent();
            assertThat(truth.catalog().count())
                    .isEqualTo(truth.changes().latest().value());
        }
    }

    @Test
    void aDatabaseThatCannotBeWrittenIsSaid() {
        open(UnaryOperator.identity()).close();
        assertThatThrownBy(() -> open(with("pragma query_only = on")))
                .isInstanceOf(MemoryException.class)
                .hasMessage("the database cannot be written (SQLITE_READONLY); make the data directory writable and"
                        + " start again")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.STORAGE);
    }

    @Test
    void theFeedAndTheOutboxKeepTheirNewest() {
        try (SqlTruth truth = open(UnaryOperator.identity(), new Retention(50, 30, 10))) {
            for (int i = 0; i < 100; i++) {
                truth.interactions()
                        .append(List.of(TruthContract.rated("x" + i, TruthContract.ANN, "i", 4, TruthContract.NOW)));
            }
            assertThat(truth.changes().horizon()).isEqualTo(new ChangeNumber(50));
            assertThat(truth.changes().after(ChangeNumber.NONE, 100)).hasSize(50);
            assertThat(truth.outbox().count()).isBetween(15L, 25L);
            assertThat(truth.interactions().count()).isEqualTo(100);
        }
    }

    @Test
    void aClosedStoreSaysSo() {
        SqlTruth truth = open(UnaryOperator.identity());
        truth.close();
        assertThatThrownBy(() -> truth.catalog().put(item("a")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the store is closed; open it again");
    }

    @Test
    void aDamagedFileIsSaid() throws Exception {
        java.nio.file.Files.writeString(folder.resolve("truth.db"), "this is no database, ".repeat(500));
        assertThatThrownBy(() -> open(UnaryOperator.identity()))
                .isInstanceOf(MemoryException.class)
                .hasMessageContaining("truth.db is not a database or is damaged (SQLITE_NOTADB); restore a back-up")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.BAD_FILE);
    }
}
