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
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong beneath the index ends neither its threads nor its agreement with the truth.
class IndexFailureTest {
    private static final MemoryFilter ALL = new MemoryFilter(null, Set.of(), Set.of(), null);
    private static final String POISON = "likes poison";

    @TempDir
    Path folder;

    private Path directory;
    private TestTruth truth;

    @BeforeEach
    void open() {
        truth = new TestTruth(folder.resolve("truth"));
        directory = folder.resolve("search");
    }

    @AfterEach
    void close() {
        truth.close();
    }

    private IndexChanges index() {
        return IndexChanges.open(directory, truth.sources(), new HashingEncoder(), OPTIONS);
    }

    @Test
    void aFeedPrunedUnderAnIndexThatWasOpenedOnItsCommitIsMadeUpForOnce() throws Exception {
        truth.put(film("1", "Alien", 1979));
        truth.put(film("2", "Solaris", 1972));
        truth.memories().put(List.of(memory("a", user("u1"), "likes space", "genre:sci-fi")));
        truth.memories().put(List.of(memory("b", user("u1"), "likes westerns", "genre:western")));
        try (IndexChanges index = index()) {
            settle(index);
        }
        AtomicInteger rebuilt = new AtomicInteger();
        Milestone.watch(point -> rebuilt.addAndGet(point == Milestone.REBUILT ? 1 : 0));
        try (IndexChanges index = index()) {
            settle(index);
            assertThat(rebuilt.get()).as("it went on from its commit").isZero();
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            truth.reading(() -> {
                held.countDown();
                awaitQuietly(go);
                throw new IllegalStateException("no connection");
            });
            truth.put(film("3", "Stalker", 1979));
            assertThat(held.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            truth.delete(new ItemId("1"));
            truth.memories().forget(new MemoryId("a"));
            truth.memories().put(List.of(memory("c", user("u2"), "likes slow films", "tag:slow")));
            truth.prune();
            truth.reading(() -> {});
            go.countDown();
            settle(index);
            assertThat(index.items().search("alien", ItemFilter.ALL, 5)).isEmpty();
            assertThat(ids(index.items().search("stalker", ItemFilter.ALL, 5))).containsExactly("3");
            assertThat(index.items().count()).isEqualTo(2);
            assertThat(index.memories().count(user("u1"))).isEqualTo(1);
            assertThat(index.memories().count()).isEqualTo(2);
            assertThat(index.status().rebuilding()).isFalse();
            truth.put(film("4", "Heat", 1995));
            assertThat(index.awaitApplied(truth.latest(), PATIENCE)).isTrue();
            assertThat(ids(index.items().search("heat", ItemFilter.ALL, 5))).containsExactly("4");
            assertThat(rebuilt.get()).isEqualTo(1);
        } finally {
            Milestone.watch(null);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The memories of the truth, whose next page fails once, after the work given.
    private Memories failingOnce(Runnable before) {
        AtomicInteger pages = new AtomicInteger();
        return (Memories) Proxy.newProxyInstance(
                Memories.class.getClassLoader(), new Class<?>[] {Memories.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("page") && pages.getAndIncrement() == 0) {
                        before.run();
                        throw new IllegalStateException("no connection");
                    }
                    try {
                        return method.invoke(truth.memories(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aRebuildThatFailsHalfWayKeepsWhatChangedMeanwhile() throws Exception {
        truth.put(film("1", "Alien", 1979));
        truth.memories().put(List.of(memory("a", user("u1"), "likes space", "genre:sci-fi")));
        IndexChanges.Sources sources = truth.sources();
        Memories failing = failingOnce(() -> {
            truth.put(film("2", "Solaris", 1972));
            truth.delete(new ItemId("1"));
        });
        try (IndexChanges index = IndexChanges.open(
                directory,
                new IndexChanges.Sources(sources.changes(), sources.catalog(), failing),
                new HashingEncoder(),
                OPTIONS)) {
            settle(index);
            assertThat(ids(index.items().search("solaris", ItemFilter.ALL, 5))).containsExactly("2");
            assertThat(index.items().search("alien", ItemFilter.ALL, 5)).isEmpty();
            assertThat(index.memories().count()).isEqualTo(1);
        }
    }

    @Test
    void whatIsBuiltAnewLosesItemsThatTheTruthDoesNotHave() throws Exception {
        truth.put(film("1", "Alien", 1979));
        try (IndexChanges index = index()) {
            settle(index);
            truth.hide();
            truth.put(film("2", "Solaris", 1972));
            truth.delete(new ItemId("1"));
            long asked = index.rebuildAnew();
            await(() -> index.rebuilt(asked));
            assertThat(index.items().search("alien", ItemFilter.ALL, 5)).isEmpty();
            assertThat(ids(index.items().search("solaris", ItemFilter.ALL, 5))).containsExactly("2");
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(5_000_000);
        }
        assertThat(condition.holds()).isTrue();
    }

    @Test
    void anErrorEndsNoThread() throws Exception {
        AtomicInteger left = new AtomicInteger(1);
        Encoder encoder = new Encoder(text -> {
            if (left.getAndDecrement() > 0) {
                throw new NoClassDefFoundError("a library is gone for a moment");
            }
            return text;
        });
        AtomicInteger reads = new AtomicInteger();
        truth.put(film("1", "Alien", 1979));
        truth.memories().put(List.of(memory("a", user("u1"), "likes space", "genre:sci-fi")));
        try (IndexChanges index = IndexChanges.open(directory, truth.sources(), encoder, OPTIONS)) {
            settle(index);
            truth.reading(() -> {
                if (reads.getAndIncrement() == 0) {
                    throw new OutOfMemoryError("as a test has it");
                }
            });
            truth.put(film("2", "Solaris", 1972));
            await(() -> index.status().failure() != null);
            assertThat(index.status().failure()).contains("as a test has it");
            settle(index);
            assertThat(ids(index.items().search("solaris", ItemFilter.ALL, 5))).containsExactly("2");
            await(() -> index.status().failure() == null);
        }
    }

    @Test
    void anIndexThatAFailureClosedOpensAgainThoughNothingIsWritten() throws Exception {
        truth.memories().put(List.of(memory("a", user("u1"), "likes space", "genre:sci-fi")));
        try (IndexChanges index = index()) {
            settle(index);
            // As Lucene does when the disk fails within a merge or an erasure.
            index.memories().store().opened().writer().rollback();
            await(() -> index.memories().store().opened().writer().isOpen());
            settle(index);
            assertThat(index.remaining(new UserId("u1"))).isEqualTo(1);
        }
    }

    @Test
    void attemptsAfterFailuresComeEverMoreRarely() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        truth.reading(() -> {
            reads.incrementAndGet();
            throw new IllegalStateException("the disk is full");
        });
        try (IndexChanges index = index()) {
            truth.put(film("1", "Alien", 1979));
            Thread.sleep(Duration.ofMillis(5_500));
            // At about 0, 1 and 3 s; the next is at 7 s.
            assertThat(reads.get()).isBetween(1, 3);
            assertThat(index.status().failure()).isEqualTo("the disk is full");
        }
    }

    /// Encodes what the check lets through.
    private static final class Encoder implements TextEncoder {
        private final TextEncoder encoder = new HashingEncoder();
        private final Function<String, String> check;

        Encoder(Function<String, String> check) {
            this.check = check;
        }

        @Override
        public String version() {
            return encoder.version();
        }

        @Override
        public int dimension() {
            return encoder.dimension();
        }

        @Override
        public float[] encode(String text) {
            return encoder.encode(check.apply(text));
        }

        @Override
        public void close() {}
    }

    private static String poisoned(String text) {
        if (text.contains("poison")) {
            throw new IllegalArgumentException("cannot be encoded");
        }
        return text;
    }

    @Test
    void aTextThatCannotBeEncodedHoldsUpNothing() throws Exception {
        truth.memories().put(List.of(memory("a", user("u1"), POISON, "tag:poison")));
        truth.memories().put(List.of(memory("b", user("u1"), "likes space", "genre:sci-fi")));
        truth.put(film("1", "Arsenic and poison", 1944));
        truth.put(film("2", "Solaris", 1972));
        try (IndexChanges index =
                IndexChanges.open(directory, truth.sources(), new Encoder(IndexFailureTest::poisoned), OPTIONS)) {
            settle(index);
            assertThat(index.notEncoded()).isEqualTo(2);
            assertThat(index.memories().vectorCount()).isEqualTo(1);
            assertThat(index.items().vectors().ids()).containsExactly(new ItemId("2"));
            assertThat(memoryIds(index.memories().search("poison", ALL, 5))).containsExactly("a");
            assertThat(ids(index.items().search("poison", ItemFilter.ALL, 5))).containsExactly("1");
        }
    }

    @Test
    void anEncoderThatEncodesNothingLeavesAllWaiting() throws Exception {
        truth.memories().put(List.of(memory("a", user("u1"), "likes space", "genre:sci-fi")));
        Encoder broken = new Encoder(text -> {
            throw new IllegalStateException("no model");
        });
        try (IndexChanges index = IndexChanges.open(directory, truth.sources(), broken, OPTIONS)) {
            assertThat(index.awaitApplied(truth.latest(), PATIENCE)).isTrue();
            Thread.sleep(300);
            assertThat(index.memories().pendingCount()).isEqualTo(1);
            assertThat(index.notEncoded()).isZero();
        }
        try (IndexChanges index = index()) {
            settle(index);
            assertThat(index.memories().vectorCount()).isEqualTo(1);
        }
    }

    @Test
    void whatIsOverTakesNoRoomAmongTheVectors() throws Exception {
        Memories.Write first = memory("a", user("u1"), "likes space", "genre:sci-fi");
        truth.memories().put(List.of(first, memory("b", user("u1"), "likes westerns", "genre:western")));
        truth.memories()
                .put(List.of(new Memories.Write(
                        memory("c", user("u1"), "likes to wait", "tag:wait")
                                .memory()
                                .draft()
                                .status(MemoryStatus.QUARANTINED)
                                .build(),
                        first.actor(),
                        "test")));
        try (IndexChanges index = index()) {
            settle(index);
            assertThat(index.memories().vectorCount()).isEqualTo(3);
            set(MemoryStatus.SUPERSEDED, first);
            settle(index);
            assertThat(index.memories().vectorCount()).isEqualTo(2);
            assertThat(memoryIds(index.memories().search("space", ALL, 5))).containsExactly("a");
            set(MemoryStatus.ACTIVE, first);
            settle(index);
            assertThat(index.memories().vectorCount()).isEqualTo(3);
        }
    }

    private void set(MemoryStatus status, Memories.Write first) throws IOException {
        truth.memories()
                .put(List.of(new Memories.Write(
                        truth.memories()
                                .memory(first.memory().id())
                                .orElseThrow(() -> new IOException("gone"))
                                .draft()
                                .status(status)
                                .build(),
                        first.actor(),
                        "test")));
    }
}
