package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What holds on PostgreSQL beside the contracts: one owner, numbers in order whoever commits late, refusals said.
@Timeout(120)
class PostgresTest {
    private static final long SEED = Long.getLong("test.seed", 20260101L);

    @TempDir
    Path folder;

    private final PostgresServer server = PostgresServer.shared();
    private final TickingClock clock = new TickingClock();
    private String schema = "";

    @BeforeEach
    void schema() {
        schema = PostgresServer.schema(folder);
    }

    private SqlTruth open() {
        return SqlTruth.open(server.place(schema), clock);
    }

    @Test
    void aSecondOwnerIsRefusedUntilTheFirstIsGone() {
        try (SqlTruth first = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(MemoryException.class)
                    .hasMessageStartingWith("the database jdbc:postgresql://127.0.0.1:")
                    .hasMessageEndingWith("is held by another Palate; stop it or give another with palate.truth.url")
                    .extracting(e -> ((MemoryException) e).code())
                    .isEqualTo(Code.DIRECTORY_HELD);
            assertThat(first.catalog().put(TruthContract.item("a", "Alien")).revision())
                    .isEqualTo(1);
        }
        open().close();
    }

    @Test
    void everyCommitIsSyncedAndReadersCannotWrite() {
        server.sql("public", "alter role palate set synchronous_commit = off");
        try (Database database = Database.open(server.place(schema), clock)) {
            assertThat(database.<String>write(transaction -> setting(transaction.handle(), "synchronous_commit")))
                    .isEqualTo("on");
            assertThat(database.<String>write(transaction -> setting(transaction.handle(), "statement_timeout")))
                    .isEqualTo("20s");
            assertThat(database.<String>read(handle -> setting(handle, "statement_timeout")))
                    .isEqualTo("1min");
            assertThat(database.<String>readAtOnce(handle -> setting(handle, "transaction_isolation")))
                    .isEqualTo("repeatable read");
            assertThatThrownBy(() -> database.read(
                            handle -> handle.createUpdate("delete from item").execute()))
                    .isInstanceOf(MemoryException.class)
                    .hasMessage("the database only reads (25006), as a standby does; give the primary's address");
        } finally {
            server.sql("public", "alter role palate reset synchronous_commit");
        }
    }

    private static String setting(org.jdbi.v3.core.Handle handle, String name) {
        return handle.createQuery("show " + name).mapTo(String.class).one();
    }

    /// Another connection numbers changes as a second process would and commits late; ours must come after it.
    @Test
    void numbersAppearInOrderWhenAnotherCommitsLate() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        AtomicBoolean done = new AtomicBoolean();
        try (SqlTruth truth = open();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                Connection other = server.connect(schema)) {
            Future<List<Long>> reader = executor.submit(() -> follow(truth, done));
            other.setAutoCommit(false);
            int ours = 0;
            for (int round = 0; round < 20; round++) {
                change(other, "late " + round);
                List<Future<?>> writes = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    String id = "own " + ours++;
                    writes.add(executor.submit(() -> truth.catalog().put(TruthContract.item(id, "Film"))));
                }
                LockSupport.parkNanos(random.nextLong(10_000_000));
                assertThat(writes).as("behind the late commit, seed %d", SEED).noneMatch(Future::isDone);
                other.commit();
                for (Future<?> write : writes) {
                    write.get(60, TimeUnit.SECONDS);
                }
            }
            done.set(true);
            List<Long> seen = reader.get(60, TimeUnit.SECONDS);
            assertThat(seen).as("seed %d", SEED).hasSize(100);
            for (int i = 0; i < seen.size(); i++) {
                assertThat(seen.get(i)).as("seed %d", SEED).isEqualTo(i + 1L);
            }
        }
    }

    private static void change(Connection other, String id) throws Exception {
        try (Statement statement = other.createStatement()) {
            statement.execute("update counter set change_number = change_number + 1 where name = 'counter'");
            statement.execute("insert into change_log (number, type, id, revision)" + " select change_number, 'ITEM', '"
                    + id + "', 1 from counter");
        }
    }

    /// What a consumer sees that always asks for what comes after the last number it saw.
    private static List<Long> follow(SqlTruth truth, AtomicBoolean done) {
        List<Long> seen = new ArrayList<>();
        boolean last;
        do {
            last = done.get();
            ChangeNumber after = seen.isEmpty() ? ChangeNumber.NONE : new ChangeNumber(seen.getLast());
            for (Change change : truth.changes().after(after, 10_000)) {
                seen.add(change.number().value());
            }
        } while (!last);
        return seen;
    }

    @Test
    void aLockHeldForTooLongIsSaidAndTheNextWriteWorks() throws Exception {
        try (SqlTruth truth = open();
                Connection other = server.connect(schema)) {
            other.setAutoCommit(false);
            change(other, "never");
            assertThatThrownBy(() -> truth.catalog().put(TruthContract.item("a", "Alien")))
                    .isInstanceOf(MemoryException.class)
                    .hasMessage("the database is locked by another program (55P03); close it and try again")
                    .extracting(e -> ((MemoryException) e).code())
                    .isEqualTo(Code.STORAGE);
            other.rollback();
            truth.catalog().put(TruthContract.item("b", "Brazil"));
            assertThat(truth.changes().after(ChangeNumber.NONE, 10))
                    .extracting(Change::id)
                    .containsExactly("b");
        }
    }

    @Test
    void textsThatPostgresCannotKeepAreRefusedAlone() {
        try (Database database = Database.open(server.place(schema), clock)) {
            assertThatThrownBy(() -> note(database, "Al\0ien"))
                    .isInstanceOf(MemoryException.class)
                    .hasMessage("a text holds the character U+0000, which cannot be kept; remove it")
                    .extracting(e -> ((MemoryException) e).code())
                    .isEqualTo(Code.BAD_INPUT);
            assertThat(note(database, "Alien")).isEqualTo(1);
        }
    }

    private static int note(Database database, String text) {
        return database.write(transaction -> transaction
                .handle()
                .createUpdate("insert into meta (name, value) values ('note', :text)")
                .bind("text", text)
                .execute());
    }

    @Test
    void databasesThatWillNotDoAreSaid() {
        server.sql("public", "drop database if exists sorted");
        server.sql(
                "public",
                "create database sorted template template0 encoding 'UTF8' locale_provider icu icu_locale 'en'"
                        + " locale 'C.UTF-8'");
        TruthPlace.Server place = server.place(schema);
        refused(
                new TruthPlace.Server(
                        place.url().replaceFirst("/postgres.*", "/sorted"), place.user(), place.password()),
                Code.BAD_INPUT,
                "keeps texts in UTF8 and orders letters as _aAbB, must be UTF8 and AB_ab; make it with: create"
                        + " database NAME template template0 encoding 'UTF8' locale 'C.UTF-8'");
        refused(
                new TruthPlace.Server(place.url(), place.user(), "wrong"),
                Code.STORAGE,
                "the database server refused the user or the database (28P01); check palate.truth.url,"
                        + " palate.truth.user and palate.truth.password");
        refused(
                new TruthPlace.Server(place.url().replace("/postgres", "/none"), place.user(), place.password()),
                Code.STORAGE,
                "the database server refused the user or the database (3D000); check palate.truth.url,"
                        + " palate.truth.user and palate.truth.password");
        server.sql(schema, "create table theirs (id int)");
        refused(place, Code.BAD_INPUT, "has tables that are not Palate's; give it a database of its own");
        assertThat(place.toString()).doesNotContain(place.password());
    }

    private void refused(TruthPlace.Server place, Code code, String message) {
        assertThatThrownBy(() -> SqlTruth.open(place, clock))
                .isInstanceOf(MemoryException.class)
                .hasMessageEndingWith(message)
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(code);
    }

    @Test
    void anAddressOfAnotherKindIsRefusedWithoutItsSecrets() {
        assertThatThrownBy(() -> new TruthPlace.Server("jdbc:mysql://me:secret@host/db?password=secret", "", ""))
                .isInstanceOf(MemoryException.class)
                .hasMessage("the address of the truth must begin with jdbc:postgresql:, was jdbc:mysql://host/db;"
                        + " leave palate.truth.url out for the SQLite file")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.BAD_INPUT);
    }

    @Test
    void aServerThatIsNotThereIsSaid() {
        refused(
                new TruthPlace.Server("jdbc:postgresql://127.0.0.1:1/palate", "palate", ""),
                Code.STORAGE,
                "the connection to the database was lost or refused (08001); what was under way may be there,"
                        + " read before trying again");
    }

    @Test
    void aNewerDatabaseIsRefused() {
        TruthPlace.Server place = server.place(schema);
        open().close();
        server.sql(schema, NewerDatabaseTest.FROM_THE_FUTURE.formatted("true"));
        refused(
                place,
                Code.BAD_FILE,
                "has tables of version 999, which this build does not know; start a newer Palate");
        server.sql(schema, "delete from flyway_schema_history where version = '999'");
        open().close();
    }
}
