package dev.palate.memory.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.SqliteFile;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BackupTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir
    Path folder;

    private static Item film(String id, String title) {
        return Item.of(new ItemId(id), title, 1979, List.of("Drama"));
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Path file() {
        return kept().resolve("one.db");
    }

    private Path kept() {
        return folder.resolve("kept");
    }

    private interface Work {
        void with(SqlTruth truth) throws Exception;
    }

    private void open(Work work) throws Exception {
        try (DataDirectory directory = DataDirectory.open(data());
                SqlTruth truth = SqlTruth.open(directory, CLOCK)) {
            work.with(truth);
        }
    }

    private Manifest backup(SqlTruth truth) throws IOException {
        Files.createDirectories(kept());
        return Backup.make(truth, file(), rule(), CLOCK);
    }

    private Restore.Restored restore() {
        try (DataDirectory directory = DataDirectory.open(data())) {
            return Restore.into(directory, file(), CLOCK);
        }
    }

    @Test
    void aBackupIsOfOneMomentWhileWritesGoOn() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        open(truth -> {
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                truth.catalog()
                        .putAll(java.util.stream.IntStream.range(0, 2_000)
                                .mapToObj(i -> film("first" + i, "Film"))
                                .toList());
                CountDownLatch begun = new CountDownLatch(1);
                Future<Integer> writer = executor.submit(() -> {
                    int written = 0;
                    while (!done.get()) {
                        truth.catalog().put(film("later" + written++, "Film"));
                        begun.countDown();
                    }
                    return written;
                });
                Manifest made;
                try {
                    assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
                    made = backup(truth);
                } finally {
                    done.set(true);
                }
                assertThat(writer.get(60, TimeUnit.SECONDS)).isPositive();
                assertThat(made.change())
                        .isBetween(2_000L, truth.changes().latest().value());
                assertThat(made.madeAt()).isEqualTo("2026-03-01T10:00:00Z");
                assertThat(made.databaseId()).isEqualTo(truth.changes().databaseId());
                assertThat(made.bytes()).isEqualTo(Files.size(file()));
            }
        });
        assertThat(names(kept())).containsExactly("one.db", "one.db.json");
        for (Path path : List.of(file(), Manifest.of(file()))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
        }
        Manifest manifest = restore().manifest();
        open(truth -> {
            assertThat(truth.changes().latest()).isEqualTo(new ChangeNumber(manifest.change()));
            assertThat(truth.catalog().count()).isEqualTo(manifest.change());
            assertThat(truth.changes().after(ChangeNumber.NONE, 10_000))
                    .extracting(Change::number)
                    .last()
                    .isEqualTo(new ChangeNumber(manifest.change()));
        });
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatWasDeletedBeforeIsNotInTheBytesOfABackup() throws Exception {
        open(truth -> {
            truth.catalog().put(film("a", "zwiebelkuchen"));
            truth.catalog().delete(new ItemId("a"));
            backup(truth);
        });
        assertThat(Files.readString(file(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("zwiebelkuchen");
    }

    private Path rule() {
        return data().resolve("domain-rule.json");
    }

    @Test
    void theDomainRuleInForceGoesWithTheBackup() throws Exception {
        String mine = "{\n  \"name\" : \"mine\",\n  \"terms\" : [ ]\n}\n";
        open(truth -> {
            Files.writeString(rule(), mine);
            backup(truth);
            Files.writeString(rule(), "another");
        });
        restore();
        assertThat(rule()).hasContent(mine);
        Files.delete(rule());
        restore();
        assertThat(rule()).as("of a directory that has none").hasContent(mine);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rule())))
                .isEqualTo("rw-------");
        assertThat(names(data())).noneMatch(name -> name.endsWith(".next"));
    }

    @Test
    void aBackupUnderTheRuleOfThePackTakesAnotherAwayAndAnEarlierBuildsLeavesIt() throws Exception {
        open(truth -> backup(truth));
        Files.writeString(rule(), "later");
        Path manifest = Manifest.of(file());
        String whole = Files.readString(manifest);
        assertThat(whole).contains("\"domainRule\" : \"\"");
        Files.writeString(manifest, whole.replaceFirst(",\\s*\"domainRule\" : \"\"", ""));
        assertThat(restore().manifest().domainRule()).isNull();
        assertThat(rule()).as("a back-up of before says nothing of it").hasContent("later");
        Files.writeString(manifest, whole);
        restore();
        assertThat(rule()).doesNotExist();
    }

    /// An operator edits the file by hand.
    @Test
    void aDomainRuleThatCannotGoWithTheBackupIsRefusedAndLeavesNothing() throws Exception {
        String remedy = ", so it cannot go with the back-up; mend it, or move it away and make the back-up again";
        open(truth -> {
            Files.write(rule(), new byte[65_537]);
            assertRefused(truth, "the domain rule domain-rule.json has more than 65536 bytes" + remedy);
            Files.write(rule(), new byte[] {'{', (byte) 0xC3, '}'});
            assertRefused(truth, "the domain rule domain-rule.json is not UTF-8" + remedy);
            String most = " ".repeat(65_536);
            Files.writeString(rule(), most);
            assertThat(backup(truth).domainRule()).as("as long as may be").isEqualTo(most);
        });
    }

    private void assertRefused(SqlTruth truth, String message) throws IOException {
        assertThatThrownBy(() -> backup(truth))
                .isInstanceOfSatisfying(
                        MemoryException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE))
                .hasMessage(message);
        assertThat(names(kept())).isEmpty();
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        open(truth -> {
            backup(truth);
            byte[] before = Files.readAllBytes(file());
            assertThatThrownBy(() -> backup(truth))
                    .isInstanceOf(MemoryException.class)
                    .hasMessage(Manifest.of(file()) + " is there already; a back-up overwrites nothing, name another")
                    .extracting(e -> ((MemoryException) e).code())
                    .isEqualTo(Code.BAD_INPUT);
            Files.delete(Manifest.of(file()));
            assertThatThrownBy(() -> backup(truth)).hasMessageStartingWith(file() + " is there already");
            assertThat(file()).hasBinaryContent(before);
        });
    }

    /// The numbers of the restored database pass those of the index again, with other changes behind them.
    @Test
    void anOlderBackupUnderANewerIndexMeansRebuild() throws Exception {
        open(truth -> {
            truth.catalog().put(film("1", "Alien"));
            backup(truth);
            truth.catalog().put(film("2", "Solaris"));
            truth.catalog().put(film("1", "Zardoz"));
            assertThat(titles(truth, "solaris zardoz")).containsExactly("1", "2");
        });
        long first = restore().epoch();
        open(truth -> {
            assertThat(truth.changes().epoch()).isEqualTo(first).isGreaterThan(1);
            truth.catalog().put(film("3", "Stalker"));
            truth.catalog().put(film("4", "Mirror"));
            assertThat(truth.changes().latest()).isEqualTo(new ChangeNumber(3));
            assertThat(titles(truth, "alien solaris zardoz stalker mirror")).containsExactly("1", "3", "4");
            assertThat(titles(truth, "alien")).containsExactly("1");
            assertThat(titles(truth, "solaris zardoz")).isEmpty();
        });
        assertThat(restore().epoch())
                .as("each restore has its own epoch, however short the time between")
                .isPositive();
        open(truth -> {
            truth.catalog().put(film("5", "Nostalghia"));
            truth.catalog().put(film("6", "Sacrifice"));
            assertThat(titles(truth, "stalker mirror nostalghia sacrifice")).containsExactly("5", "6");
        });
    }

    private List<String> titles(SqlTruth truth, String words) throws InterruptedException {
        IndexChanges.Sources sources = new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories());
        try (HashingEncoder encoder = new HashingEncoder(64, 0);
                IndexChanges index = IndexChanges.open(data(), sources, encoder, IndexOptions.defaults())) {
            assertThat(index.awaitEncoded(Duration.ofSeconds(30))).isTrue();
            return index.items().search(words, ItemFilter.ALL, 10).stream()
                    .map(found -> found.item().value())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aBackupThatIsNotWhatItsManifestSaysIsRefusedAndTheTruthStays() throws Exception {
        open(truth -> {
            truth.catalog().put(film("1", "Alien"));
            backup(truth);
            truth.catalog().put(film("2", "Solaris"));
        });
        byte[] good = Files.readAllBytes(file());
        byte[] flipped = good.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(file(), flipped);
        refused("; it was changed or cut short, use another");
        Files.write(file(), java.util.Arrays.copyOf(good, good.length / 2));
        refused("; it was changed or cut short, use another");
        Files.delete(file());
        refused("the back-up " + file() + " is not there; name one that is");
        Files.write(file(), good);
        String manifest = Files.readString(Manifest.of(file()));
        Files.writeString(Manifest.of(file()), manifest.replace("\"format\" : 1", "\"format\" : 2"));
        refused("the manifest " + Manifest.of(file()) + " has format 2, this build reads 1");
        Files.writeString(Manifest.of(file()), "{");
        refused("cannot be read (UnexpectedEndOfInputException); use another back-up");
        Files.delete(Manifest.of(file()));
        refused("the manifest " + Manifest.of(file())
                + " is missing; copy it beside the back-up, which is not restored without it");
    }

    private void refused(String end) throws Exception {
        assertThatThrownBy(this::restore)
                .isInstanceOf(MemoryException.class)
                .hasMessageEndingWith(end)
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.BAD_FILE);
        open(truth -> {
            assertThat(truth.catalog().count()).isEqualTo(2);
            assertThat(truth.changes().epoch()).isEqualTo(1);
        });
        assertThat(names(data())).noneMatch(name -> name.contains("restoring"));
    }

    @Test
    void aBackupOfANewerBuildIsRefused() throws Exception {
        open(truth -> {
            truth.catalog().put(film("1", "Alien"));
            backup(truth);
            truth.catalog().put(film("2", "Solaris"));
        });
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            statement.execute("update flyway_schema_history set version = '999', installed_rank = 999"
                    + " where version = (select max(version) from flyway_schema_history)");
        }
        Manifest old = Manifest.read(file());
        Manifest fitting = new Manifest(
                1, old.madeAt(), Files.size(file()), Disk.sha256(file()), old.databaseId(), 1, 1, "999", "");
        Files.writeString(Manifest.of(file()), fitting.toJson());
        refused(" has tables of version 999, which this build does not know; start a newer Palate");
    }

    /// After a crash the log holds what the file does not; none of it may get into the restored truth.
    @Test
    void theLogOfTheOldTruthIsNotPlayedIntoTheNewOne() throws Exception {
        for (boolean damaged : new boolean[] {false, true}) {
            Path crashed = folder.resolve("crashed " + damaged);
            try (DataDirectory directory = DataDirectory.open(crashed.resolve("live"));
                    SqlTruth truth = SqlTruth.open(directory, CLOCK)) {
                truth.catalog().put(film("1", "Alien"));
                Files.createDirectories(crashed.resolve("image"));
                Backup.make(truth, crashed.resolve("one.db"), directory.domainRule(), CLOCK);
                for (int i = 0; i < 200; i++) {
                    truth.catalog().put(film("after" + i, "Film"));
                }
                for (String name : List.of("truth.db", "truth.db-wal")) {
                    Files.copy(
                            directory.root().resolve(name),
                            crashed.resolve("image").resolve(name),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
            assertThat(crashed.resolve("image/truth.db-wal")).isNotEmptyFile();
            if (damaged) {
                byte[] bytes = Files.readAllBytes(crashed.resolve("image/truth.db"));
                bytes[0] = 'X';
                Files.write(crashed.resolve("image/truth.db"), bytes);
            }
            try (DataDirectory directory = DataDirectory.open(crashed.resolve("image"))) {
                Restore.into(directory, crashed.resolve("one.db"), CLOCK);
                assertThat(SqliteFile.findings(directory.truth())).isEmpty();
                try (SqlTruth truth = SqlTruth.open(directory, CLOCK)) {
                    assertThat(truth.catalog().count()).isEqualTo(1);
                }
                assertThat(names(directory.root())).noneMatch(name -> name.endsWith("-wal.old"));
            }
        }
    }

    /// A kill can come between the deletion and the entry in the ledger; the back-up still has what was deleted.
    @Test
    void whatTheOldTruthWasAboutToEraseDoesNotComeBack() throws Exception {
        open(truth -> {
            for (String id : List.of("gone", "stays")) {
                UsersFirst.of(truth).put(List.of(new Memories.Write(likes(id), Actor.AGENT, "")));
            }
            truth.users().put(new User(new UserId("ann"), "Ann", NOW, false));
            backup(truth);
            assertThat(truth.memories().forget(new MemoryId("gone"))).isTrue();
            // Begun and not run, as a kill leaves it.
            truth.erasure(List.of()).begin(new UserId("ann"));
        });
        assertThat(data().resolve("erased/ledger")).isEmptyFile();
        restore();
        open(truth -> {
            assertThat(truth.memories().memory(new MemoryId("gone"))).isEmpty();
            assertThat(truth.users().user(new UserId("ann"))).isEmpty();
            assertThat(truth.memories().memory(new MemoryId("stays"))).isPresent();
        });
        assertThat(data().resolve("erased/ledger")).isNotEmptyFile();
    }

    private static Memory likes(String id) {
        return Memory.fresh(
                new MemoryId(id),
                new Subject.OfUser(new UserId("ben")),
                MemoryKind.PREFERENCE,
                "Likes " + id,
                1,
                Trust.STATED,
                null,
                List.of(),
                NOW);
    }

    /// Before the exchange the old truth gets its log back; after it the log is nobody's. Either way nothing is left.
    @Test
    void whatAKilledRestoreLeftIsClearedAway() throws Exception {
        open(truth -> truth.catalog().put(film("1", "Alien")));
        Path restoring = data().resolve("truth.db.restoring");
        Path aside = data().resolve("truth.db-wal.old");
        Path log = data().resolve("truth.db-wal");
        Files.writeString(restoring, "a copy");
        Files.writeString(aside, "the log");
        DataDirectory.open(data()).close();
        assertThat(log).hasContent("the log");
        Files.delete(log);
        assertThat(restoring).doesNotExist();
        assertThat(aside).doesNotExist();
        Files.writeString(aside, "the log");
        DataDirectory.open(data()).close();
        assertThat(aside).doesNotExist();
        assertThat(log).doesNotExist();
        open(truth -> assertThat(truth.catalog().count()).isEqualTo(1));
    }

    @Test
    void aDamagedFileIsFound() throws Exception {
        open(truth -> truth.catalog()
                .putAll(java.util.stream.IntStream.range(0, 2_000)
                        .mapToObj(i -> film("a" + i, "Film"))
                        .toList()));
        Path truth = data().resolve("truth.db");
        assertThat(SqliteFile.findings(truth)).isEmpty();
        assertThat(SqliteFile.facts(truth).latest()).isEqualTo(new ChangeNumber(2_000));
        byte[] bytes = Files.readAllBytes(truth);
        java.util.Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 4_096, (byte) 0x5a);
        Files.write(truth, bytes);
        assertThat(SqliteFile.findings(truth)).isNotEmpty();
    }
}
