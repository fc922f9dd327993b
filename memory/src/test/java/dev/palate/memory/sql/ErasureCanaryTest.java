package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.ErasureState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random words in every place that holds something of a user, looked for by queries, in the bytes of every file and
/// in decoded segments; also with single steps left out, when they must be found.
class ErasureCanaryTest {
    private static final long SEED = Long.getLong("test.seed", System.nanoTime());

    private static final String CODES = "codes of a cold memory";

    @TempDir
    Path folder;

    @BeforeEach
    void printSeed() {
        System.out.println("seed of the canaries: -Dtest.seed=" + SEED);
    }

    private Path root() {
        return folder.resolve("data");
    }

    private Map<String, Set<String>> onDisk(ErasureWorld world) throws IOException {
        Map<String, Set<String>> found = CanaryHunt.below(root(), world.canaries(), world.vectors());
        for (String file : CanaryHunt.codesBelow(root(), world.codes())) {
            found.computeIfAbsent(file, _ -> new TreeSet<>()).add(CODES);
        }
        return found;
    }

    /// Without an erasure every canary is found where it was planted: the hunt can find.
    @Test
    void withoutAnErasureEveryCanaryIsFound() throws Exception {
        ErasureWorld world = new ErasureWorld(root(), SEED);
        try (world) {
            world.plant();
            assertThat(world.found())
                    .containsExactlyInAnyOrder(
                            "user",
                            "memory",
                            "history",
                            "words in the table",
                            "words in the index",
                            "vector in the index",
                            "recall",
                            "themes",
                            "interactions",
                            "conversations",
                            "slate",
                            "trace",
                            "rejections",
                            "key");
            assertThat(world.hot()).isEqualTo(2);
            assertThat(new String(Files.readAllBytes(root().resolve("truth.db-wal")), StandardCharsets.ISO_8859_1))
                    .contains(world.canaries().keySet().stream()
                            .filter(canary ->
                                    "memory text".equals(world.canaries().get(canary)))
                            .findFirst()
                            .orElseThrow());
        }
        Map<String, Set<String>> found = onDisk(world);
        Set<String> inFiles = Set.of("export", "rejected row");
        Set<String> inTables = new HashSet<>(world.canaries().values());
        inTables.removeAll(inFiles);
        assertThat(found.get("truth.db")).containsAll(inTables).contains(CODES);
        assertThat(found.get("logs/import-1.rejected.tsv")).containsExactly("rejected row", "user id");
        assertThat(found.get("logs/server.log")).containsExactly("user id");
        assertThat(found.get("exports/users.json")).containsExactly("export", "user id");
        assertThat(found.get("term")).containsExactlyInAnyOrder("memory text", "cold text", "quote", "slot", "user id");
        assertThat(found.get("vector")).as("the cold one has none").containsExactly("memory text");
    }

    @Test
    void afterAnErasureNoCanaryIsFoundNorAfterRestoringABackUp() throws Exception {
        Path backUp = folder.resolve("back-up.db");
        ErasureWorld world = new ErasureWorld(root(), SEED);
        try (world) {
            world.plant();
            world.truth().database().wipe(SqlErasure.tables());
            Files.copy(root().resolve("truth.db"), backUp);
            ErasureReceipt receipt = world.erasure(Set.of(), step -> {}).user(world.user);
            assertThat(receipt.complete()).as(receipt.toString()).isTrue();
            assertThat(world.found()).isEmpty();
            assertThat(world.hot()).isZero();
            assertThat(onDisk(world)).as("while it runs").isEmpty();
        }
        assertThat(onDisk(world)).as("after it ended").isEmpty();
        assertThat(Files.readString(backUp, StandardCharsets.ISO_8859_1)).contains(world.user.value());
        restore(backUp);
        world.reopen();
        try (world) {
            Erasure erasure = world.erasure(Set.of(), step -> {});
            assertThat(world.truth().users().user(world.user))
                    .as("by the ledger")
                    .isEmpty();
            erasure.start();
            ErasureState state = erasure.latest(world.user).orElseThrow();
            ErasureState ended =
                    erasure.await(state.job(), ErasureWorld.PATIENCE).orElseThrow();
            assertThat(ended.ended()).isTrue();
            assertThat(world.found()).isEmpty();
            assertThat(world.truth().memories().count()).as("the other's").isEqualTo(2);
        }
        assertThat(onDisk(world)).as("after the restore").isEmpty();
    }

    private void restore(Path backUp) throws IOException {
        for (String file : new String[] {"truth.db", "truth.db-wal", "truth.db-shm"}) {
            Files.deleteIfExists(root().resolve(file));
        }
        Files.copy(backUp, root().resolve("truth.db"));
    }

    /// Each place is needed: left out, something is found there, and nowhere else.
    @ParameterizedTest
    @CsvSource({
        "reports of rejected rows, logs/import-1.rejected.tsv",
        "exports, exports/users.json",
        "ids in logs, logs/server.log"
    })
    void aPlaceLeftOutIsFound(String place, String where) throws Exception {
        ErasureWorld world = new ErasureWorld(root(), SEED);
        try (world) {
            world.plant();
            world.erasure(Set.of(place), step -> {}).user(world.user);
            world.settle();
        }
        assertThat(onDisk(world)).containsOnlyKeys(where);
    }

    /// The follower deletes the documents, which says nothing of the bytes.
    @Test
    void theIndexLeftOutIsFound() throws Exception {
        ErasureWorld world = new ErasureWorld(root(), SEED);
        try (world) {
            world.plant();
        }
        world.reopen();
        try (world) {
            world.erasure(Set.of("memory index"), step -> {}).user(world.user);
            assertThat(world.found()).isEmpty();
            assertThat(onDisk(world)).containsKeys("term", "vector");
        }
    }

    @Test
    void theHotTierLeftOutIsFound() throws Exception {
        try (ErasureWorld world = new ErasureWorld(root(), SEED)) {
            world.plant();
            world.erasure(Set.of("hot memory packs"), step -> {}).user(world.user);
            assertThat(world.hot()).isEqualTo(2);
        }
    }

    /// Until its end the job names whom it erases, and nothing else is left by then.
    @Test
    void theUsersIdGoesLast() throws Exception {
        Map<String, Map<String, Set<String>>> after = new HashMap<>();
        try (ErasureWorld world = new ErasureWorld(root(), SEED)) {
            world.plant();
            world.erasure(Set.of(), step -> after.put(step, hunted(world))).user(world.user);
        }
        assertThat(after.getOrDefault(ErasureRun.LOG, Map.of()).get("truth.db")).containsExactly("user id");
        assertThat(after.get(ErasureRun.LOG + " emptied")).isEmpty();
    }

    private Map<String, Set<String>> hunted(ErasureWorld world) {
        try {
            return onDisk(world);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
