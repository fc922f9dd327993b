package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.memory.text.HashingEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCheckTest {
    @TempDir
    Path folder;

    private Path truth() {
        return folder.resolve("truth.db");
    }

    private List<String> bad() throws IOException {
        return run().stream()
                .filter(finding -> !finding.fine())
                .map(StoreCheck.Finding::text)
                .toList();
    }

    private List<StoreCheck.Finding> run() throws IOException {
        return new StoreCheck(folder, new TruthPlace.File(truth()), folder.resolve("palate.yml")).run();
    }

    private void filled() throws Exception {
        try (DataDirectory directory = DataDirectory.open(folder);
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
                HashingEncoder encoder = new HashingEncoder(64, 0)) {
            truth.catalog()
                    .putAll(IntStream.range(0, 1_000)
                            .mapToObj(i -> Item.of(new ItemId("i" + i), "Film", 1979, List.of()))
                            .toList());
            IndexChanges.Sources sources = new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories());
            try (IndexChanges index = IndexChanges.open(folder, sources, encoder, IndexOptions.defaults())) {
                assertThat(index.awaitEncoded(Duration.ofSeconds(30))).isTrue();
            }
            assertThat(run()).as("while it is open").allMatch(StoreCheck.Finding::fine);
        }
    }

    @Test
    void aSoundStoreSaysWhereItIs() throws Exception {
        assertThat(run())
                .containsExactly(
                        new StoreCheck.Finding("truth", true, truth() + " is not there yet: the first start makes it"));
        filled();
        assertThat(run())
                .contains(
                        new StoreCheck.Finding("truth", true, truth() + " is sound, at change 1000 of epoch 1"),
                        new StoreCheck.Finding(
                                "index items", true, "at change 1000 of 1000, the rest is replayed at the next start"));
        SqlTruth.beginEpoch(new TruthPlace.File(truth()), 0, Clock.systemUTC());
        assertThat(run())
                .contains(new StoreCheck.Finding(
                        "index items", true, "follows another database or epoch: built anew at the next start"));
    }

    @Test
    void aDamagedTruthNamesTheWayOut() throws Exception {
        filled();
        byte[] bytes = Files.readAllBytes(truth());
        byte[] middle = bytes.clone();
        Arrays.fill(middle, bytes.length / 2, bytes.length / 2 + 4_096, (byte) 0x5a);
        Files.write(truth(), middle);
        String way = "; stop Palate and put a back-up in its place: ./palate restore FILE";
        assertThat(bad())
                .singleElement()
                .asString()
                .startsWith(truth() + " is damaged: ")
                .endsWith(way);
        bytes[0] = 'X';
        Files.write(truth(), bytes);
        assertThat(bad())
                .containsExactly("truth.db is not a database or is damaged (SQLITE_NOTADB); restore a back-up" + way);
    }

    @Test
    void filesThatOthersMayReadAreNamed() throws Exception {
        Path settings = Files.writeString(folder.resolve("palate.yml"), "palate.truth.password: x\n");
        Path door = Files.writeString(folder.resolve("server.local"), "1\nx\n");
        Files.createDirectories(folder.resolve("backups"));
        Path backup = Files.writeString(folder.resolve("backups/a.db"), "");
        for (Path file : List.of(settings, door, backup)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        assertThat(bad())
                .containsExactly(
                        door + " is rw-r--r--; chmod 600 " + door,
                        settings + " is rw-r--r--; chmod 600 " + settings,
                        backup + " is rw-r--r--; chmod 600 " + backup);
    }

    @Test
    void aServerThatIsAwayIsBad() throws Exception {
        TruthPlace.Server away = new TruthPlace.Server("jdbc:postgresql://127.0.0.1:1/palate", "palate", "");
        assertThat(new StoreCheck(folder, away, folder.resolve("palate.yml")).run())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.fine()).isFalse();
                    assertThat(finding.text()).startsWith("the connection to the database was lost or refused (08001)");
                });
    }
}
