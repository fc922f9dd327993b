package dev.palate.memory.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.vector.Kernels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentUpkeepTest {
    private static final int DIMENSION = 16;
    private static final int COUNT = 8_500;
    private static final int A_SEGMENT = 900;
    private static final long LEAST = 8_000;
    private static final MemoryFilter ALL = new MemoryFilter(null, Set.of(), Set.of(), null);
    private static final Position POSITION = new Position("db", 1, "encoder", "", "", 0, new ChangeNumber(7));

    @TempDir
    Path folder;

    private final TextAnalysis analysis = new TextAnalysis();
    private final SplittableRandom random = new SplittableRandom(Long.getLong("test.seed", 20_260_101L));

    @Test
    void anIndexThatRestsBecomesOneSegmentWithTheSameAnswers() throws Exception {
        float[] query = vector();
        try (LuceneStore store = new LuceneStore(folder.resolve("m"), VectorFormat.INT8, analysis.analyzer())) {
            MemoryIndex index = filled(store);
            Set<String> before = nearest(index, query);
            assertThat(segments(store)).isGreaterThan(1);
            assertThat(store.scattered()).isGreaterThan(0.25);
            store.commit(POSITION);
            upkeep(store, () -> segments(store) == 1);
            assertThat(segments(store)).isEqualTo(1);
            assertThat(store.scattered()).isZero();
            assertThat(store.count()).isEqualTo(COUNT);
            Set<String> after = nearest(index, query);
            after.retainAll(before);
            assertThat(after).hasSizeGreaterThanOrEqualTo(9);
        }
        // The one segment is committed, with the position that the commit before had.
        try (LuceneStore store = new LuceneStore(folder.resolve("m"), VectorFormat.INT8, analysis.analyzer())) {
            assertThat(segments(store)).isEqualTo(1);
            assertThat(store.committed()).isEqualTo(Optional.of(POSITION));
        }
    }

    @Test
    void anErasureEndsASettlingAndLeavesNothing() throws Exception {
        try (LuceneStore store = new LuceneStore(folder.resolve("m"), VectorFormat.INT8, analysis.analyzer())) {
            MemoryIndex index = filled(store);
            CountDownLatch closing = new CountDownLatch(1);
            Thread thread = Thread.ofPlatform().start(new SegmentUpkeep(List.of(store), Duration.ZERO, LEAST, closing));
            index.delete(new MemoryId("m17"));
            store.refresh();
            store.commit(POSITION);
            store.expunge();
            assertThat(store.<Boolean>search(
                            searcher -> searcher.getIndexReader().hasDeletions()))
                    .isFalse();
            assertThat(store.count()).isEqualTo(COUNT - 1);
            closing.countDown();
            thread.join();
        }
    }

    @Test
    void whatIsBeingWrittenIsLeftAlone() throws Exception {
        try (LuceneStore store = new LuceneStore(folder.resolve("m"), VectorFormat.INT8, analysis.analyzer())) {
            filled(store);
            int before = segments(store);
            CountDownLatch closing = new CountDownLatch(1);
            closing.countDown();
            new SegmentUpkeep(List.of(store), Duration.ofHours(1), LEAST, closing).settle(store);
            assertThat(segments(store)).isEqualTo(before);
        }
    }

    /// A disk that was full closes the writer in the middle of it.
    @Test
    void aRewriteThatAFailureEndedGoesOnOnceTheStoreIsOpenAgain() throws Exception {
        try (LuceneStore store = new LuceneStore(folder.resolve("m"), VectorFormat.INT8, analysis.analyzer())) {
            filled(store);
            store.commit(POSITION);
        }
        try (LuceneStore store = new LuceneStore(folder.resolve("m"), VectorFormat.FLOAT32, analysis.analyzer())) {
            assertThat(store.rewritten()).isZero();
            store.opened().writer().rollback();
            CountDownLatch closing = new CountDownLatch(1);
            Thread thread =
                    Thread.ofPlatform().start(new SegmentUpkeep(List.of(store), Duration.ofHours(1), LEAST, closing));
            LockSupport.parkNanos(50_000_000);
            assertThat(store.reopen()).isTrue();
            long deadline = System.nanoTime() + IndexFixture.PATIENCE.toNanos();
            while (store.rewritten() < 1 && System.nanoTime() < deadline) {
                LockSupport.parkNanos(10_000_000);
            }
            assertThat(store.rewritten()).isEqualTo(1);
            closing.countDown();
            thread.join();
        }
    }

    private interface Until {
        boolean reached();
    }

    private static void upkeep(LuceneStore store, Until until) throws InterruptedException {
        CountDownLatch closing = new CountDownLatch(1);
        Thread thread =
                Thread.ofPlatform().start(new SegmentUpkeep(List.of(store), Duration.ofMillis(1), LEAST, closing));
        long deadline = System.nanoTime() + IndexFixture.PATIENCE.toNanos();
        while (!until.reached() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
        }
        closing.countDown();
        thread.join();
    }

    private MemoryIndex filled(LuceneStore store) {
        MemoryIndex index = new MemoryIndex(store, analysis, VectorFields.of(DIMENSION));
        for (int i = 0; i < COUNT; i++) {
            Memory memory = IndexFixture.memory("m" + i, IndexFixture.user("u" + i / 10), "likes " + i, "tag:t" + i)
                    .memory();
            index.put(memory, Map.of(VectorKey.of(memory.text()), vector()));
            if (i % A_SEGMENT == A_SEGMENT - 1) {
                store.refresh();
            }
        }
        store.refresh();
        return index;
    }

    private float[] vector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        Kernels.scale((float) (1 / Math.sqrt(Kernels.dot(vector, 0, vector, 0, DIMENSION))), vector, 0, DIMENSION);
        return vector;
    }

    private static Set<String> nearest(MemoryIndex index, float[] query) {
        return new HashSet<>(IndexFixture.memoryIds(index.nearest(query, ALL, 10)));
    }

    private static int segments(LuceneStore store) {
        return store.search(searcher -> searcher.getIndexReader().leaves().size());
    }
}
