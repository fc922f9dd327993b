package dev.palate.memory.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a writing process at random moments; after each, the reopened index agrees with the database document by
/// document, and the database holds every acknowledged write.
class IndexKillTest {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path folder;

    @Test
    void threeKillsLeaveIndexAndDatabaseInAgreement() throws Exception {
        kills(3);
    }

    @Test
    @Tag("long")
    void fiftyKillsLeaveIndexAndDatabaseInAgreement() throws Exception {
        kills(50);
    }

    private void kills(int count) throws Exception {
        long seed = Long.getLong("test.seed", 20_260_101L);
        SplittableRandom random = new SplittableRandom(seed);
        for (int kill = 0; kill < count; kill++) {
            Path acknowledged = folder.resolve("acknowledged" + kill);
            killOne(random.nextLong(), acknowledged, 10 + random.nextInt(700));
            try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
                    SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
                    IndexChanges index = IndexVictim.open(directory, truth)) {
                String where = "kill " + kill + ", seed " + seed;
                assertAcknowledged(truth, Files.readAllLines(acknowledged), where);
                assertThat(index.awaitEncoded(IndexFixture.PATIENCE)).as(where).isTrue();
                assertAgreement(truth, index, where);
            }
        }
    }

    private void killOne(long seed, Path acknowledged, int moreMillis) throws Exception {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        IndexVictim.class.getName(),
                        folder.resolve("data").toString(),
                        Long.toString(seed),
                        acknowledged.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("victim.log").toFile())
                .start();
        try {
            long deadline = System.nanoTime() + START_NANOS;
            while (!Files.exists(acknowledged) || Files.size(acknowledged) == 0) {
                assertThat(victim.isAlive() && System.nanoTime() < deadline)
                        .as("the victim writes: %s", Files.readString(folder.resolve("victim.log")))
                        .isTrue();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            assertThat(victim.waitFor(moreMillis, TimeUnit.MILLISECONDS))
                    .as("ended by itself: %s", Files.readString(folder.resolve("victim.log")))
                    .isFalse();
        } finally {
            victim.destroyForcibly().waitFor();
        }
    }

    /// The last acknowledgement of each id is what is stored, or something written after it.
    private static void assertAcknowledged(SqlTruth truth, List<String> lines, String where) {
        Map<String, String> last = new HashMap<>();
        for (String line : lines) {
            List<String> words = List.of(line.split(" ", -1));
            if (words.size() == 3) {
                last.put(words.get(0) + " " + words.get(1), words.get(2));
            }
        }
        assertThat(last).as(where).isNotEmpty();
        int[] later = {0};
        last.forEach((thing, state) -> {
            String id = thing.substring(thing.indexOf(' ') + 1);
            String stored = thing.startsWith("item")
                    ? truth.catalog()
                            .item(new ItemId(id))
                            .map(item -> Long.toString(item.revision()))
                            .orElse("gone")
                    : truth.memories()
                            .memory(new MemoryId(id))
                            .map(memory -> Long.toString(memory.revision()))
                            .orElse("gone");
            later[0] += stored.equals(state) ? 0 : 1;
        });
        // One writer: at most the write in flight was stored and not acknowledged.
        assertThat(later[0]).as(where).isLessThanOrEqualTo(1);
    }

    private static void assertAgreement(SqlTruth truth, IndexChanges index, String where) {
        Map<String, String> items = new HashMap<>();
        truth.catalog().scan(item -> items.put(item.id().value(), IndexAgreement.key(item)));
        assertThat(IndexAgreement.items(index)).as(where).isEqualTo(items);
        assertThat(index.items().freshVectors().size()).as(where).isEqualTo(items.size());
        Map<String, String> memories = new HashMap<>();
        Page<Memory> page =
                truth.memories().page(new MemoryFilter(null, Set.of(), Set.of(), null), null, Page.MAX_LIMIT);
        page.items().forEach(memory -> memories.put(memory.id().value(), IndexAgreement.key(memory)));
        assertThat(IndexAgreement.memories(index)).as(where).isEqualTo(memories);
    }
}
