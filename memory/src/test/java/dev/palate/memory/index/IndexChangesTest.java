package dev.palate.memory.index;

import static dev.palate.memory.index.IndexFixture.OPTIONS;
import static dev.palate.memory.index.IndexFixture.PATIENCE;
import static dev.palate.memory.index.IndexFixture.film;
import static dev.palate.memory.index.IndexFixture.ids;
import static dev.palate.memory.index.IndexFixture.memory;
import static dev.palate.memory.index.IndexFixture.memoryIds;
import static dev.palate.memory.index.IndexFixture.settle;
import static dev.palate.memory.index.IndexFixture.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexChangesTest {
    private final IndexFixture.CountingEncoder encoder = new IndexFixture.CountingEncoder();
    private TestTruth truth;

    @TempDir
    Path folder;

    private Path directory;

    @BeforeEach
    void openTruth() {
        truth = new TestTruth(folder.resolve("truth"));
        directory = folder.resolve("search");
    }

    @AfterEach
    void closeTruth() {
        truth.close();
    }

    private IndexChanges open() {
        return open(encoder);
    }

    private IndexChanges open(TextEncoder with) {
        return IndexChanges.open(directory, truth.sources(), with, OPTIONS);
    }

    @Test
    void aWriteIsSearchableOnceItsNumberIsApplied() throws Exception {
        try (IndexChanges index = open()) {
            for (int i = 0; i < 50; i++) {
                truth.put(film("n" + i, "Number" + i, 2000));
                assertThat(index.awaitApplied(truth.latest(), PATIENCE)).isTrue();
                assertThat(ids(index.items().search("Number" + i, ItemFilter.ALL, 1)))
                        .containsExactly("n" + i);
            }
            assertThat(index.status().lag()).isZero();
            assertThat(index.awaitApplied(new dev.palate.memory.change.ChangeNumber(51), Duration.ofMillis(30)))
                    .isFalse();
        }
    }

    @Test
    void memoriesAreFoundByWordsVectorsSlotAndFilter() throws Exception {
        truth.memories()
                .put(List.of(
                        memory("a", user("u1"), "loves slow science fiction", "genre:sci-fi"),
                        memory("b", user("u1"), "no slashers please", "genre:horror"),
                        memory("c", user("u2"), "loves slow science fiction", "genre:sci-fi")));
        try (IndexChanges changes = open()) {
            settle(changes);
            MemoryIndex index = changes.memories();
            MemoryFilter mine = MemoryFilter.active(user("u1"));
            MemoryFilter all = new MemoryFilter(null, Set.of(), Set.of(), null);
            assertThat(memoryIds(index.search("science fictions", mine, 5))).containsExactly("a");
            assertThat(memoryIds(index.search("science fictions", all, 5))).containsExactlyInAnyOrder("a", "c");
            assertThat(memoryIds(index.search("horror", mine, 5))).containsExactly("b");
            assertThat(memoryIds(index.search("own words", mine, 5))).containsExactlyInAnyOrder("a", "b");
            assertThat(memoryIds(index.nearest(encoder.encode("no slashers please"), mine, 1)))
                    .containsExactly("b");
            assertThat(index.search("science", new MemoryFilter(null, Set.of(MemoryKind.TRAIT), Set.of(), null), 5))
                    .isEmpty();
            assertThat(index.search("science", new MemoryFilter(null, Set.of(), Set.of(MemoryStatus.EXPIRED), null), 5))
                    .isEmpty();
            assertThat(memoryIds(index.search("loves", new MemoryFilter(null, Set.of(), Set.of(), "words c"), 5)))
                    .contains("c");
            assertThat(index.vector(new MemoryId("a"), "loves slow science fiction"))
                    .hasValueSatisfying(raw -> assertThat(raw).isEqualTo(encoder.encode("loves slow science fiction")));
            assertThat(index.vector(new MemoryId("a"), "another text")).isEmpty();
        }
    }

    @Test
    void anUnchangedItemIsEncodedOnceWhateverHappensToTheIndex() throws Exception {
        truth.putAll(IndexFixture.films());
        try (IndexChanges index = open()) {
            settle(index);
        }
        assertThat(encoder.count.get()).isEqualTo(6);
        try (IndexChanges index = open()) {
            settle(index);
            truth.put(truth.item(new ItemId("1")).orElseThrow());
            settle(index);
            assertThat(index.items().vectors().size()).isEqualTo(6);
        }
        truth.restored();
        try (IndexChanges index = open()) {
            settle(index);
            assertThat(index.items().vectors().size()).isEqualTo(6);
        }
        assertThat(encoder.count.get()).isEqualTo(6);
    }

    @Test
    void whatWasNotCommittedIsReplayed() throws Exception {
        try (IndexChanges index = open()) {
            truth.put(film("1", "Alien", 1979));
            settle(index);
        }
        truth.put(film("2", "Solaris", 1972));
        truth.delete(new ItemId("1"));
        truth.memories().put(List.of(memory("a", user("u1"), "likes space", "genre:sci-fi")));
        try (IndexChanges index = open()) {
            settle(index);
            assertThat(index.items().search("alien", ItemFilter.ALL, 5)).isEmpty();
            assertThat(ids(index.items().search("solaris", ItemFilter.ALL, 5))).containsExactly("2");
            assertThat(index.memories().count(user("u1"))).isEqualTo(1);
        }
    }

    /// The feed is past its new life when the order of the erasure comes.
    @Test
    void whatWasDerivedAnewOutlivesTheErasureOfItsId() throws Exception {
        truth.memories()
                .put(List.of(
                        memory("again", user("u1"), "likes space", "genre:sci-fi"),
                        memory("gone", user("u1"), "likes quiet towns", "genre:drama")));
        try (IndexChanges index = open()) {
            settle(index);
            truth.memories().forget(new MemoryId("gone"));
            var erased = new ErasedMemories(Set.of(new MemoryId("again"), new MemoryId("gone")), Set.of(user("u1")));
            index.erase(erased);
            assertThat(index.remaining(erased)).isZero();
            settle(index);
            assertThat(index.memories().count(user("u1"))).isEqualTo(1);
            assertThat(memoryIds(index.memories().search("space", MemoryFilter.active(user("u1")), 5)))
                    .containsExactly("again");
        }
    }

    @Test
    void anotherEpochAndAPrunedFeedMeanRebuild() throws Exception {
        truth.put(film("1", "Alien", 1979));
        truth.put(film("2", "Solaris", 1972));
        try (IndexChanges index = open()) {
            settle(index);
        }
        List<Runnable> breaks = List.of(truth::restored, () -> {
            truth.put(film("3", "Stalker", 1979));
            truth.prune();
        });
        for (Runnable breaking : breaks) {
            breaking.run();
            try (IndexChanges index = open()) {
                settle(index);
                assertThat(index.items().count()).isEqualTo(truth.count());
                assertThat(index.status().applied()).isEqualTo(truth.latest());
                assertThat(index.status().rebuilding()).isFalse();
            }
        }
    }

    @Test
    void anIndexAheadOfItsDatabaseIsRebuilt() throws Exception {
        truth.putAll(IndexFixture.films());
        try (IndexChanges index = open()) {
            settle(index);
        }
        try (TestTruth older = new TestTruth(folder.resolve("older"))) {
            older.put(film("1", "Alien", 1979));
            try (IndexChanges index = IndexChanges.open(directory, older.sources(), encoder, OPTIONS)) {
                settle(index);
                assertThat(index.items().count()).isEqualTo(1);
                assertThat(index.status().applied()).isEqualTo(older.latest());
            }
        }
    }

    @Test
    void aFeedPrunedUnderARunningIndexMeansRebuild() throws Exception {
        truth.put(film("1", "Alien", 1979));
        try (IndexChanges index = open()) {
            settle(index);
            truth.put(film("2", "Solaris", 1972));
            truth.prune();
            settle(index);
            assertThat(index.items().count()).isEqualTo(2);
        }
    }

    @Test
    void anotherEncoderMeansRebuildWithItsVectors() throws Exception {
        truth.putAll(IndexFixture.films());
        try (IndexChanges index = open()) {
            settle(index);
            index.fixEncoding();
        }
        TextEncoder other = new HashingEncoder(64, 7);
        try (IndexChanges index = open(other)) {
            assertThat(index.encoding().centred()).isFalse();
            settle(index);
            assertThat(index.items().vectors().dimension()).isEqualTo(64);
            assertThat(index.items().vectors().size()).isEqualTo(6);
            assertThat(index.items().nearest(other.encode("Alien"), ItemFilter.ALL, 6))
                    .hasSize(6);
        }
    }

    @Test
    void aDamagedIndexIsMovedAsideAndRebuilt() throws Exception {
        truth.putAll(IndexFixture.films());
        try (IndexChanges index = open()) {
            settle(index);
        }
        for (String suffix : List.of(".cfs", ".si")) {
            Path items = directory.resolve("index/items");
            flipInTheMiddle(items, suffix);
            try (IndexChanges index = open()) {
                settle(index);
                assertThat(ids(index.items().search("solaris", ItemFilter.ALL, 5)))
                        .containsExactly("5");
                assertThat(directory.resolve("index/items.broken")).isDirectory();
            }
        }
        assertThat(encoder.count.get()).isEqualTo(6);
    }

    private static void flipInTheMiddle(Path index, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(index)) {
            Path file = files.filter(path -> path.toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
    }

    @Test
    void aTornVectorFileLosesOnlyItsEnd() throws Exception {
        truth.putAll(IndexFixture.films());
        try (IndexChanges index = open()) {
            settle(index);
        }
        Path file = directory.resolve("index/item-vectors.plvc");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 10));
        truth.restored();
        try (IndexChanges index = open()) {
            settle(index);
            assertThat(index.items().vectors().size()).isEqualTo(6);
        }
        assertThat(encoder.count.get()).isEqualTo(7);
    }

    @Test
    void theMeanIsFixedOnceAndKept() throws Exception {
        truth.putAll(IndexFixture.films());
        EncodingVersion fixed;
        try (IndexChanges index = open()) {
            settle(index);
            assertThat(index.encoding().centred()).isFalse();
            fixed = index.fixEncoding();
            assertThat(fixed.texts()).isEqualTo(6);
            truth.put(film("7", "Heat", 1995, "Crime"));
            settle(index);
            assertThat(index.fixEncoding()).isSameAs(fixed);
        }
        try (IndexChanges index = open()) {
            assertThat(index.encoding().id()).isEqualTo(fixed.id());
        }
    }

    @Test
    void theMeanIsFixedByItselfWhenTheImportRests() throws Exception {
        truth.putAll(IndexFixture.films());
        IndexOptions eager =
                new IndexOptions(VectorFormat.INT8, 2, Duration.ofSeconds(1), 100, 5, Duration.ofMillis(1));
        try (IndexChanges index = IndexChanges.open(directory, truth.sources(), encoder, eager)) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!index.encoding().centred() && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(index.encoding().texts()).isEqualTo(6);
        }
    }

    @Test
    void anErasedUserLeavesNoBytesInTheIndex() throws Exception {
        truth.memories()
                .put(List.of(
                        memory("a", user("u1"), "adores xylophonecanary music", "genre:musical"),
                        memory("b", user("u2"), "likes space", "genre:sci-fi")));
        damagedOnce();
        try (IndexChanges index = open()) {
            settle(index);
            index.fixEncoding();
            truth.erase(new UserId("u1"));
            index.erase(new UserId("u1"));
            assertThat(index.remaining(new UserId("u1"))).isZero();
            assertThat(index.remaining(new UserId("u2"))).isEqualTo(1);
            assertThat(index.name()).isEqualTo("memory index");
            assertThat(bytesBelow(directory)).doesNotContain("xylophonecanari").contains("space");
        }
        try (IndexChanges index = open()) {
            settle(index);
            assertThat(index.memories().count()).isEqualTo(1);
        }
    }

    /// Leaves a directory moved aside, with the words in it.
    private void damagedOnce() throws Exception {
        try (IndexChanges index = open()) {
            settle(index);
        }
        flipInTheMiddle(directory.resolve("index/memories"), ".si");
        try (IndexChanges index = open()) {
            settle(index);
        }
        assertThat(bytesBelow(directory.resolve("index/memories.broken"))).contains("xylophonecanari");
    }

    private static String bytesBelow(Path directory) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    @Test
    void twoProcessesCannotShareAnIndex() {
        try (IndexChanges index = open()) {
            assertThat(index.status().failure()).isNull();
            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            MemoryException.class,
                            e -> assertThat(e.code()).isEqualTo(MemoryException.Code.DIRECTORY_HELD))
                    .hasMessageContaining("is held by another process; end that process first");
        }
    }
}
