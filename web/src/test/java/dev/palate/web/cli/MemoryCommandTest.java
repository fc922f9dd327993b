package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.SqliteFile;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ProductQuantiser;
import dev.palate.web.PalateProperties;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `./palate memory` over data directories as they are after use, and after damage of each kind.
@Timeout(180)
class MemoryCommandTest {
    private static final String NEXT = "; ./palate memory reindex builds it anew";

    @TempDir
    Path folder;

    private final Ids ids = new Ids(Clock.systemUTC());
    private final List<MemoryId> written = new ArrayList<>();

    /// What a command did.
    private record Ran(int status, String out, String err) {}

    private Path data() {
        return folder.resolve("data");
    }

    private Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("palate.encoder", "hashing")));
        String[] all = Stream.concat(Stream.of(arguments), Stream.of("--data", data().toString()))
                .toArray(String[]::new);
        int status = new CommandLine(new MemoryCommand(() -> PalateProperties.of(environment)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    err.write("palate: " + Failures.line(e));
                    return 1;
                })
                .execute(all);
        return new Ran(status, out.toString(), err.toString());
    }

    private Memory fresh(String text, Subject subject, Evidence... evidence) {
        return Memory.fresh(
                new MemoryId(ids.next()),
                subject,
                MemoryKind.TRAIT,
                text,
                0,
                Trust.STATED,
                null,
                List.of(evidence),
                Clock.systemUTC().instant());
    }

    private Memory put(SqlTruth truth, Memory memory) {
        if (memory.subject() instanceof Subject.OfUser(UserId user)) {
            truth.users().ensure(new User(user, "", Clock.systemUTC().instant(), false));
        }
        return truth.memories()
                .put(List.of(new Memories.Write(memory, Actor.SYSTEM, "test")))
                .getFirst();
    }

    /// With the truth open and its index beside it, both closed in order afterwards.
    private void withStore(Consumer<SqlTruth> work) throws InterruptedException {
        try (DataDirectory directory = DataDirectory.open(data());
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
                HashingEncoder encoder = new HashingEncoder()) {
            var sources =
                    new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories());
            try (IndexChanges index = IndexChanges.open(directory.root(), sources, encoder, IndexOptions.defaults())) {
                work.accept(truth);
                assertThat(index.awaitEncoded(Duration.ofSeconds(30))).isTrue();
            }
        }
    }

    private void withTruth(Consumer<SqlTruth> work) {
        try (DataDirectory directory = DataDirectory.open(data());
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            work.accept(truth);
        }
    }

    private void sql(String... statements) throws SQLException {
        SqliteFile.emptyLog(data().resolve("truth.db"));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data().resolve("truth.db"));
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                assertThat(statement.executeUpdate(one)).as(one).isPositive();
            }
        }
    }

    @BeforeEach
    void fill() throws InterruptedException {
        Subject anna = new Subject.OfUser(new UserId("anna"));
        withStore(truth -> {
            truth.catalog().put(Item.of(new ItemId("1"), "Alien", 1979, List.of("Horror")));
            for (int i = 0; i < 8; i++) {
                Memory memory = put(
                        truth,
                        fresh("likes films of the year " + (1970 + i), anna, new Evidence("message", "m" + i, "x")));
                written.add(memory.id());
            }
            put(truth, fresh("has a vector of zero: …", anna).draft().text("…").build());
            Memory changed = truth.memories().memory(written.get(7)).orElseThrow();
            put(truth, changed.draft().text("changed her mind").build());
            cold(truth, written.get(6));
        });
    }

    private static void cold(SqlTruth truth, MemoryId id) {
        try (HashingEncoder encoder = new HashingEncoder()) {
            float[][] rows = Stream.of("a", "b", "likes films of the year")
                    .map(encoder::encode)
                    .toArray(float[][]::new);
            var codebook = truth.coldMemories()
                    .keep(encoder.version(), rows.length, ProductQuantiser.train(rows, encoder.dimension(), 1));
            Memory memory = truth.memories().memory(id).orElseThrow();
            byte[] codes = codebook.quantiser().encode(encoder.encode(memory.text()));
            assertThat(truth.coldMemories()
                            .demote(List.of(new ColdMemories.Cold(
                                    id, memory.subject(), memory.revision(), codebook.version(), codes))))
                    .isEqualTo(1);
        }
    }

    private String id(int number) {
        return written.get(number).value();
    }

    @Test
    void aSoundStoreAgrees() {
        Ran check = run("check");
        assertThat(check.err()).isEmpty();
        assertThat(check.out())
                .contains("ok   truth    the 9 memories agree with their revisions, evidence ledger, cold codes and"
                        + " derived memories")
                .contains("ok   index    the 9 memories in it agree with the truth, and so do the 1 items")
                .doesNotContain("BAD");
        assertThat(check.status()).isZero();
        withTruth(truth -> put(truth, fresh("later", new Subject.OfUser(new UserId("ben")))));
        assertThat(run("check").out()).contains("; 1 later changes are replayed at the next start");
    }

    @Test
    void statsCountForPeopleAndForPrograms() {
        Ran table = run("stats");
        assertThat(table.status()).as(table.err()).isZero();
        assertThat(table.out())
                .containsPattern("memories     9, the oldest of 20\\S+Z, the newest change 20\\S+Z")
                .contains("  by kind    trait 9")
                .contains("  by trust   stated 9")
                .contains("  by status  active 9")
                .contains("  by of      user 9")
                .contains("  by tier    cold 1, warm 8")
                .contains("beside       10 revisions, 8 entries of evidence, 0 rejections, 1 codebooks")
                .contains("index        9 memories, 7 with a vector; 0 changes after its last commit")
                .contains("formats      int8 9")
                .containsPattern(
                        "bytes        truth \\S+ [KM]iB \\(codes \\S+ KiB\\), index of memories \\S+ KiB, of items")
                .contains("recall       not known: no server runs");
        Ran json = run("stats", "--json");
        JsonNode stats = new JsonMapper().readTree(json.out());
        assertThat(stats.get("memories").asInt()).isEqualTo(9);
        assertThat(stats.get("running").asBoolean()).isFalse();
        assertThat(stats.get("groups").get(0).get("tier").asString()).isEqualTo("warm");
        assertThat(stats.get("bytes").get("truth").asLong()).isPositive();
        assertThat(stats.has("recall")).isFalse();
    }

    @Test
    void aDirectoryWithoutATruthSaysSo() throws IOException {
        wipe(data());
        for (String command : List.of("stats", "check", "reindex")) {
            Ran ran = run(command);
            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err()).contains("palate: " + data() + " holds no truth; name another with --data");
        }
        assertThat(data()).doesNotExist();
    }

    @Test
    void aMissingIndexIsNamedAndBuiltAnew() throws IOException {
        wipe(data().resolve("index").resolve("memories"));
        Ran check = run("check");
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.out())
                .contains("BAD  index    1 index of memories that is not there; the next start builds it anew, or now:"
                        + " ./palate memory reindex");
        assertThat(run("stats").out())
                .contains("index        not there or not readable; the next start builds it anew");
        reindexed();
    }

    @Test
    void aDamagedIndexIsNamedAndBuiltAnew() throws IOException {
        Path index = data().resolve("index").resolve("memories");
        Path largest;
        try (Stream<Path> files = Files.list(index)) {
            largest = files.max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(largest);
        bytes[bytes.length / 2] ^= 0x55;
        Files.write(largest, bytes);
        Ran check = run("check");
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.out()).contains("BAD  index    1 index of memories that is damaged; the next start builds it");
        reindexed();
    }

    @Test
    void anIndexOfAnotherTimeIsNamedAndBuiltAnew() {
        withTruth(truth -> {});
        SqlTruth.beginEpoch(
                new dev.palate.memory.sql.TruthPlace.File(data().resolve("truth.db")), 0, Clock.systemUTC());
        Ran check = run("check");
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.out())
                .contains("BAD  index    1 index of memories that follows another database, epoch or time; ");
        assertThat(run("stats").out())
                .contains("follows another database, epoch or time: built anew at the next start");
        reindexed();
    }

    @Test
    void whatTheIndexHasTooMuchTooLittleOrOldIsNamed() throws SQLException {
        Subject ben = new Subject.OfUser(new UserId("ben"));
        List<Memory> late = new ArrayList<>();
        withTruth(truth -> {
            late.add(put(truth, fresh("never indexed", ben)));
            Memory first = truth.memories().memory(written.get(0)).orElseThrow();
            put(truth, first.draft().strength(0.9).build());
        });
        sql(
                // As if the feed had lost both.
                "delete from change_log where id in ('" + late.getFirst().id() + "', '" + id(0) + "')",
                "update memory set text = 'other words' where id = '" + id(1) + "'",
                "delete from memory_evidence where memory_id = '" + id(2) + "'",
                "delete from memory_revision where memory_id = '" + id(2) + "'",
                "delete from memory where id = '" + id(2) + "'",
                "delete from cold_memory where memory_id = '" + id(6) + "'");
        Ran check = run("check");
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.out())
                .contains("BAD  index    1 memories missing in the index ("
                        + late.getFirst().id() + ")" + NEXT)
                .contains("BAD  index    1 memories in the index at another revision (" + id(0) + ")" + NEXT)
                .contains("BAD  index    1 memories in the index with other words (" + id(1) + ")" + NEXT)
                .contains("BAD  index    1 memories in the index that are not in the truth (" + id(2) + ")" + NEXT)
                .contains("BAD  index    1 memories cold in one of index and truth only (" + id(6) + ")" + NEXT)
                .contains("BAD  truth    1 memories that differ from their newest revision (" + id(1) + "); write them"
                        + " again (PATCH /v1/memories/ID), or put a back-up in place: ./palate restore FILE");
        assertThat(run("reindex").status()).isZero();
        assertThat(run("check").out())
                .contains("ok   index    the 9 memories in it agree with the truth, and so do the 1 items")
                .contains("BAD  truth    1 memories that differ from their newest revision (" + id(1) + ")");
    }

    @Test
    void itemsAreComparedOneByOne() throws Exception {
        withStore(truth -> {
            for (int i = 2; i < 7; i++) {
                truth.catalog().put(Item.of(new ItemId("" + i), "Film " + i, 1980 + i, List.of("Drama")));
            }
        });
        assertThat(run("check").out()).contains("and so do the 6 items").doesNotContain("BAD");
        withTruth(truth -> truth.catalog().put(Item.of(new ItemId("new"), "Never indexed", 1990, List.of())));
        assertThat(run("check").out())
                .contains("and so do the 6 items; 1 later changes")
                .doesNotContain("BAD");
        sql(
                // As many as before: one more, one fewer.
                "delete from change_log where type = 'ITEM' and id = 'new'",
                "delete from item where id = '2'",
                "update item set title = 'Other words' where id = '3'",
                "update item set year = 1999, revision = revision + 1 where id = '4'");
        Ran check = run("check");
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.out())
                .contains("BAD  index    1 items missing in the index (new)" + NEXT)
                .contains("BAD  index    1 items in the index that are not in the catalog (2)" + NEXT)
                .contains("BAD  index    1 items in the index with other words (3)" + NEXT)
                .contains("BAD  index    1 items in the index at another revision (4)" + NEXT);
        assertThat(run("reindex").status()).isZero();
        assertThat(run("check").out()).contains("and so do the 6 items").doesNotContain("BAD");
    }

    @Test
    void whatTheTruthSaysOfItselfIsCompared() throws SQLException {
        MemoryId derived =
                new MemoryId(UUID.nameUUIDFromBytes("of an item".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .toString());
        withTruth(truth -> put(
                truth,
                Memory.fresh(
                        derived,
                        new Subject.OfItem(new ItemId("gone")),
                        MemoryKind.TRAIT,
                        "A film",
                        0,
                        Trust.IMPORTED,
                        null,
                        List.of(),
                        Clock.systemUTC().instant())));
        sql(
                "delete from memory_evidence where memory_id in ('" + id(3) + "', '" + id(4) + "')",
                "delete from memory_revision where revision = 2 and memory_id = '" + id(7) + "'",
                "insert into memory_evidence (type, id, memory_id) values ('memory', 'gone', '" + id(5) + "')",
                "update cold_memory set codes = 'AAAA' where memory_id = '" + id(6) + "'");
        Ran check = run("check");
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.out())
                .contains("BAD  truth    2 memories with evidence that the ledger lacks (" + id(3) + ", " + id(4)
                        + "); ./palate memory reindex enters it")
                .contains("BAD  truth    1 memories without their newest revision (" + id(7) + "); write them again")
                .contains("BAD  truth    1 memories that rest on one that is gone (" + id(5)
                        + "); forget them (DELETE /v1/memories/ID); what should be there is made again")
                .contains("BAD  truth    1 derived memories of items that are gone (" + derived + "); forget them")
                .contains("BAD  truth    1 cold memories with codes of another length (" + id(6)
                        + "); ./palate memory reindex makes them warm again");
        Ran mended = run("reindex");
        assertThat(mended.out()).contains("; 3 entries mended in the truth");
        assertThat(run("check").out())
                .doesNotContain("ledger lacks")
                .doesNotContain("cold memories")
                .contains("ok   index    ")
                .contains("BAD  truth    1 memories that rest on one that is gone");
        assertThat(run("stats").out()).contains("  by tier    warm 10");
    }

    @Test
    void aDamagedCodebookMakesItsMemoriesWarmAgain() throws SQLException {
        sql("update codebook set checksum = checksum + 1");
        assertThat(run("check").out())
                .contains("BAD  truth    1 cold memories whose codebook is missing or damaged (" + id(6) + ")");
        assertThat(run("reindex").out()).contains("; 1 entries mended in the truth");
        assertThat(run("check").status()).isZero();
    }

    private void reindexed() {
        Ran reindex = run("reindex");
        assertThat(reindex.status()).as(reindex.err()).isZero();
        assertThat(reindex.out()).containsPattern("Reindexed 1 items and 9 memories, up to change \\d+\\R");
        Ran check = run("check");
        assertThat(check.out())
                .contains("ok   index    the 9 memories in it agree with the truth, and so do the 1 items");
        assertThat(check.status()).isZero();
    }

    private static void wipe(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
