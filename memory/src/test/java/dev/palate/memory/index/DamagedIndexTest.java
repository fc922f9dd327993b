package dev.palate.memory.index;

import static dev.palate.memory.index.IndexFixture.OPTIONS;
import static dev.palate.memory.index.IndexFixture.PATIENCE;
import static dev.palate.memory.index.IndexFixture.film;
import static dev.palate.memory.index.IndexFixture.memory;
import static dev.palate.memory.index.IndexFixture.settle;
import static dev.palate.memory.index.IndexFixture.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every kind of file of the indexes with a byte changed, cut short, emptied and deleted: the next opening has all of
/// it
/// again, and the truth is read meanwhile.
@Timeout(180)
class DamagedIndexTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_101L);
    private static final int MEMORIES = 60;
    private static final int ITEMS = 30;

    @TempDir
    Path folder;

    private final HashingEncoder encoder = new HashingEncoder(64, 0);
    private final SplittableRandom random = new SplittableRandom(SEED);
    private TestTruth truth;
    private Path directory;

    private enum Damage {
        CHANGED,
        CUT,
        EMPTIED,
        DELETED
    }

    @BeforeEach
    void fill() throws Exception {
        truth = new TestTruth(folder.resolve("truth"));
        directory = folder.resolve("search");
        for (int i = 0; i < MEMORIES; i++) {
            truth.memories().put(List.of(memory("m" + i, user("u" + i % 3), "likes matter" + i, "tag:a")));
        }
        for (int i = 0; i < ITEMS; i++) {
            truth.put(film("i" + i, "Film" + i, 2000));
        }
        try (IndexChanges index = open()) {
            settle(index);
            index.fixEncoding();
        }
    }

    @AfterEach
    void closeTruth() {
        Milestone.watch(null);
        truth.close();
    }

    private IndexChanges open() {
        return IndexChanges.open(directory, truth.sources(), encoder, OPTIONS);
    }

    @Test
    void anyDamageToAnyFileIsMended() throws Exception {
        Map<String, Path> kinds = kinds();
        assertThat(kinds).containsKeys("items segments", "memories segments", "item-vectors.plvc");
        for (String kind : kinds.keySet()) {
            for (Damage damage : Damage.values()) {
                // The files have other names after each rebuild.
                Path file = kinds().get(kind);
                if (file == null) {
                    continue;
                }
                damage(file, damage);
                String when = damage + " " + directory.relativize(file) + ", seed " + SEED;
                try (IndexChanges index = open()) {
                    assertThat(index.awaitEncoded(PATIENCE)).as(when).isTrue();
                    assertWhole(index, when);
                }
            }
        }
    }

    /// One file of each kind: by the ending of its name, where it is one of Lucene's.
    private Map<String, Path> kinds() throws IOException {
        Map<String, Path> kinds = new TreeMap<>();
        Path root = directory.resolve("index");
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !root.relativize(file).toString().contains(".broken"))
                    .sorted(Comparator.reverseOrder())
                    .toList()) {
                String name = file.getFileName().toString();
                if (name.equals("write.lock")) {
                    continue;
                }
                String kind = name.startsWith("segments_") ? "segments" : name.substring(name.indexOf('.'));
                Path below = root.relativize(file);
                kinds.putIfAbsent(below.getNameCount() == 1 ? name : below.getName(0) + " " + kind, file);
            }
        }
        return kinds;
    }

    private void damage(Path file, Damage damage) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (damage) {
            case CHANGED -> {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bytes);
            }
            case CUT -> Files.write(file, java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            case EMPTIED -> Files.write(file, new byte[0]);
            case DELETED -> Files.delete(file);
        }
    }

    private void assertWhole(IndexChanges index, String when) {
        Map<String, String> memories = new TreeMap<>();
        for (int i = 0; i < MEMORIES; i++) {
            Memory memory = truth.memories().memory(new MemoryId("m" + i)).orElseThrow();
            memories.put(memory.id().value(), IndexAgreement.key(memory));
        }
        assertThat(IndexAgreement.memories(index)).as(when).isEqualTo(memories);
        assertThat(IndexAgreement.memoriesWithVector(index)).as(when).isEqualTo(memories.keySet());
        assertThat(IndexAgreement.items(index)).as(when).hasSize(ITEMS);
        assertThat(index.items().vectors().size()).as(when).isEqualTo(ITEMS);
        assertThat(index.status().failure()).as(when).isNull();
        assertThat(index.encoding().centred()).as(when).isTrue();
    }

    @Test
    void whileItIsBuiltAnewItSaysHowFarItIsAndTheTruthIsRead() throws Exception {
        for (String lost : List.of("items", "memories")) {
            try (Stream<Path> files = Files.walk(directory.resolve("index").resolve(lost))) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        CountDownLatch half = new CountDownLatch(ITEMS / 2);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Double> progress = new ArrayList<>();
        Milestone.watch(point -> {
            if (point == Milestone.REBUILDING) {
                half.countDown();
                if (half.getCount() == 0) {
                    hold(goOn);
                }
            }
        });
        try (IndexChanges index = open()) {
            assertThat(half.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            progress.add(index.status().rebuildProgress());
            assertThat(index.status().rebuilding()).isTrue();
            TieredMemories tiered =
                    new TieredMemories(truth.memories(), index, encoder, Clock.systemUTC(), TierOptions.defaults());
            assertThat(tiered.active(user("u1"))).hasSize(MEMORIES / 3);
            assertThat(tiered.recall(user("u1"), "likes matter1", 3, PATIENCE).memories())
                    .extracting(hit -> hit.memory().text())
                    .contains("likes matter1");
            truth.memories().put(List.of(memory("late", user("u9"), "likes lateness", "tag:b")));
            goOn.countDown();
            settle(index);
            assertThat(index.status().rebuildProgress()).isEqualTo(1);
            assertThat(IndexAgreement.memories(index)).hasSize(MEMORIES + 1).containsKey("late");
        }
        assertThat(progress).allSatisfy(share -> assertThat(share).isStrictlyBetween(0.0, 1.0));
    }

    private static void hold(CountDownLatch goOn) {
        try {
            if (!goOn.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("held for too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The mean cannot be computed again as it was, so nobody guesses.
    @Test
    void aDamagedEncodingVersionIsSaidAndAMissingOneIsFixedAnew() throws Exception {
        Path file = directory.resolve(EncodingVersion.FILE_NAME);
        byte[] sound = Files.readAllBytes(file);
        for (Damage damage : List.of(Damage.CHANGED, Damage.CUT, Damage.EMPTIED)) {
            damage(file, damage);
            assertThatThrownBy(this::open)
                    .as("%s, seed %d", damage, SEED)
                    .isInstanceOf(MemoryException.class)
                    .hasMessageContaining("is damaged or newer than this build")
                    .extracting(e -> ((MemoryException) e).code())
                    .isEqualTo(MemoryException.Code.BAD_FILE);
            Files.write(file, sound);
        }
        Files.delete(file);
        try (IndexChanges index = open()) {
            settle(index);
            assertThat(index.encoding().centred()).isFalse();
            assertThat(index.fixEncoding().texts()).isEqualTo(ITEMS);
        }
    }
}
