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

import dev.palate.memory.Milestone;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.text.HashingEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A rebuild that was asked for and is left off in its middle: the index serves on and owes nothing.
@Timeout(120)
class CancelledRebuildTest {
    private static final int FILMS = 60;

    @TempDir
    Path folder;

    private final HashingEncoder encoder = new HashingEncoder();
    private final AtomicInteger parts = new AtomicInteger();
    private TestTruth truth;

    @BeforeEach
    void fill() {
        truth = new TestTruth(folder.resolve("truth"));
        truth.putAll(IntStream.range(0, FILMS)
                .mapToObj(i -> film("f" + i, "Number" + i, 2000))
                .toList());
        truth.memories()
                .put(List.of(
                        memory("a", user("u1"), "loves slow science fiction", "genre:sci-fi"),
                        memory("b", user("u2"), "no slashers please", "genre:horror")));
    }

    @AfterEach
    void close() {
        Milestone.watch(null);
        truth.close();
        encoder.close();
    }

    private IndexChanges open() {
        return IndexChanges.open(folder.resolve("search"), truth.sources(), encoder, OPTIONS);
    }

    /// Holds the index thread at the part of a rebuild with this number, once.
    private record Held(CountDownLatch there, CountDownLatch goOn) {
        void await() throws InterruptedException {
            assertThat(there.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private Held hold(int part) {
        Held held = new Held(new CountDownLatch(1), new CountDownLatch(1));
        parts.set(0);
        Milestone.watch(point -> {
            if (point == Milestone.REBUILDING && parts.incrementAndGet() == part) {
                held.there.countDown();
                try {
                    held.goOn.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        return held;
    }

    private static void await(IndexChanges index, long asked) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!index.rebuilt(asked)) {
            assertThat(System.nanoTime()).as("waited for the index").isLessThan(end);
            Thread.sleep(5);
        }
    }

    private static void servesAll(IndexChanges index) {
        for (int i = 0; i < FILMS; i++) {
            assertThat(ids(index.items().search("Number" + i, ItemFilter.ALL, 1)))
                    .containsExactly("f" + i);
        }
        assertThat(memoryIds(index.memories().search("slashers", MemoryFilter.active(user("u2")), 5)))
                .containsExactly("b");
        assertThat(index.items().count()).isEqualTo(FILMS);
        assertThat(index.memories().count()).isEqualTo(2);
        assertThat(index.status().rebuildProgress()).isEqualTo(1);
        assertThat(index.status().failure()).isNull();
    }

    @Test
    void theIndexServesOnAndTheNextOpeningOwesNothing() throws Exception {
        try (IndexChanges index = open()) {
            settle(index);
            Held held = hold(20);
            long asked = index.rebuildAnew();
            held.await();
            assertThat(index.rebuildingNow()).isTrue();
            assertThat(index.cancelRebuild(asked)).isTrue();
            // A write of that moment is seen as any other.
            truth.put(film("f7", "Renamed", 2001));
            held.goOn.countDown();
            await(index, asked);
            assertThat(index.rebuildCancelled(asked)).isTrue();
            assertThat(parts.get()).as("left off at once").isEqualTo(20);
            settle(index);
            assertThat(ids(index.items().search("Renamed", ItemFilter.ALL, 1))).containsExactly("f7");
            truth.put(film("f7", "Number7", 2000));
            settle(index);
            servesAll(index);
            assertThat(index.cancelRebuild(asked)).as("it has ended").isFalse();
        }
        hold(Integer.MAX_VALUE);
        try (IndexChanges index = open()) {
            settle(index);
            assertThat(parts.get()).as("nothing is made up for").isZero();
            servesAll(index);
            // Asked again it goes from its start to its end.
            long again = index.rebuildAnew();
            await(index, again);
            assertThat(index.rebuildCancelled(again)).isFalse();
            assertThat(parts.get()).isGreaterThan(FILMS);
            servesAll(index);
        }
    }

    /// What follows on the one under way is not begun at all.
    @Test
    void oneThatWaitsIsNotBegunOnceItIsCancelled() throws Exception {
        try (IndexChanges index = open()) {
            settle(index);
            Held held = hold(20);
            long first = index.rebuildAnew();
            held.await();
            long second = index.rebuildAnew();
            index.cancelRebuild(second);
            held.goOn.countDown();
            await(index, second);
            assertThat(index.rebuildCancelled(first)).isTrue();
            assertThat(index.rebuildCancelled(second)).isTrue();
            assertThat(parts.get()).isEqualTo(20);
            servesAll(index);
        }
    }

    /// Without it searches would see less than all.
    @Test
    void oneThatMustBeIsNotLeftOff() throws Exception {
        try (IndexChanges index = open()) {
            settle(index);
        }
        truth.restored();
        Held held = hold(20);
        try (IndexChanges index = open()) {
            held.await();
            long asked = index.rebuildAnew();
            assertThat(index.cancelRebuild(asked)).isTrue();
            held.goOn.countDown();
            await(index, asked);
            settle(index);
            assertThat(parts.get()).isGreaterThan(FILMS);
            servesAll(index);
        }
    }
}
