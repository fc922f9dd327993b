package dev.palate.memory.index;

import static dev.palate.memory.index.IndexFixture.PATIENCE;
import static dev.palate.memory.index.IndexFixture.film;
import static dev.palate.memory.index.IndexFixture.ids;
import static dev.palate.memory.index.IndexFixture.memory;
import static dev.palate.memory.index.IndexFixture.memoryIds;
import static dev.palate.memory.index.IndexFixture.settle;
import static dev.palate.memory.index.IndexFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderChangeTest {
    private static final int MEMORIES = 150;
    private static final int ITEMS = 30;
    private static final MemoryFilter ALL = new MemoryFilter(null, Set.of(), Set.of(), null);
    private static final IndexOptions OPTIONS =
            new IndexOptions(VectorFormat.INT8, 1, Duration.ofMillis(20), 50, 2, Duration.ofHours(1));

    @TempDir
    Path folder;

    private final TextEncoder old = new HashingEncoder(96, 1);
    private TestTruth truth;

    /// Another encoder, which encodes only as many texts as it is allowed to.
    private static final class Slow implements TextEncoder {
        final Semaphore allowed = new Semaphore(0);
        volatile int millis;
        final AtomicInteger count = new AtomicInteger();
        private final TextEncoder encoder = new HashingEncoder(64, 9);

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
            try {
                if (!allowed.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("not allowed in time");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            count.incrementAndGet();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            return encoder.encode(text);
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void fill() throws Exception {
        truth = new TestTruth(folder.resolve("truth"));
        for (int i = 0; i < MEMORIES; i++) {
            truth.memories().put(List.of(memory("m" + i, user("u" + i % 3), "likes matter" + i, "tag:a")));
        }
        for (int i = 0; i < ITEMS; i++) {
            truth.put(film("i" + i, "Film" + i, 2000));
        }
        try (IndexChanges index = IndexChanges.open(folder.resolve("search"), truth.sources(), old, OPTIONS)) {
            settle(index);
            index.fixEncoding();
        }
    }

    @AfterEach
    void closeTruth() {
        truth.close();
    }

    private IndexChanges open(TextEncoder encoder, boolean oldIsThere) {
        return IndexChanges.open(
                folder.resolve("search"),
                truth.sources(),
                encoder,
                version -> oldIsThere && version.equals(old.version()) ? Optional.of(old) : Optional.empty(),
                OPTIONS);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.sleep(2);
        }
        assertThat(condition.getAsBoolean()).as("in time").isTrue();
    }

    private static void assertAnswers(IndexChanges index) {
        TextEncoder encoder = index.encoder();
        for (int i = 0; i < MEMORIES; i += 7) {
            assertThat(memoryIds(index.memories().nearest(encoder.encode("likes matter" + i), ALL, 1)))
                    .containsExactly("m" + i);
        }
        assertThat(ids(index.items()
                        .nearest(
                                index.items()
                                        .vector(new dev.palate.memory.catalog.ItemId("i7"))
                                        .orElseThrow(),
                                ItemFilter.ALL,
                                1)))
                .containsExactly("i7");
        assertThat(index.items().vectors().size()).isEqualTo(ITEMS);
        assertThat(index.items().vectors().dimension()).isEqualTo(encoder.dimension());
        assertThat(index.encoding().model()).isEqualTo(encoder.version());
        assertThat(index.encoding().centred()).isTrue();
    }

    @Test
    void theOldVectorsAnswerUntilAllNewOnesAreThereAndThenAllSwitch() throws Exception {
        Slow slow = new Slow();
        try (IndexChanges index = open(slow, true)) {
            assertThat(index.status().changingEncoder()).isTrue();
            assertThat(index.status().degraded()).isFalse();
            assertThat(index.encoder().version()).isEqualTo(old.version());
            assertAnswers(index);
            slow.allowed.release(MEMORIES / 2);
            await(() -> slow.count.get() == MEMORIES / 2);
            truth.memories().put(List.of(memory("late", user("u9"), "likes something late", "tag:b")));
            assertThat(index.awaitApplied(truth.latest(), PATIENCE)).isTrue();
            assertThat(memoryIds(index.memories().search("late", ALL, 1))).containsExactly("late");
            assertAnswers(index);
            assertThat(index.status().encodingProgress()).isLessThan(1);
            slow.allowed.release(10_000);
            await(() -> !index.status().changingEncoder());
            assertThat(index.encoder().version()).isEqualTo(slow.version());
            assertAnswers(index);
            assertThat(memoryIds(index.memories().nearest(slow.encode("likes something late"), ALL, 1)))
                    .containsExactly("late");
            await(() -> index.memories().retired(1).isEmpty()
                    && index.items().retired(1).isEmpty());
        }
        Slow again = new Slow();
        try (IndexChanges index = open(again, true)) {
            again.allowed.release(1_000);
            assertThat(index.status().changingEncoder()).isFalse();
            assertAnswers(index);
        }
    }

    @Test
    void withoutTheOldEncoderWordsAnswerAndItSaysSo() throws Exception {
        Slow slow = new Slow();
        try (IndexChanges index = open(slow, false)) {
            assertThat(index.status().degraded()).isTrue();
            assertThat(memoryIds(index.memories().search("matter12", ALL, 1))).containsExactly("m12");
            assertThat(index.encoder().version()).isEqualTo(slow.version());
            slow.allowed.release(10_000);
            settle(index);
            await(() -> !index.status().degraded());
            assertThat(index.status().changingEncoder()).isFalse();
            index.fixEncoding();
            assertAnswers(index);
        }
    }

    @Test
    void afterAnEndHalfwayItGoesOnWhereItStood() throws Exception {
        for (int run = 0; run < 3; run++) {
            Slow slow = new Slow();
            slow.millis = 5;
            slow.allowed.release(10_000);
            try (IndexChanges index = open(slow, true)) {
                assertThat(index.status().changingEncoder()).isTrue();
                assertThat(index.encoder().version()).isEqualTo(old.version());
                int left = MEMORIES - 40 * run;
                await(() -> index.status().applied().equals(truth.latest())
                        && index.memories().pendingCount() <= left);
                if (run < 2) {
                    await(() -> index.memories().pendingCount() <= left - 40);
                    assertThat(index.status().changingEncoder()).isTrue();
                    assertAnswers(index);
                    continue;
                }
                await(() -> !index.status().changingEncoder());
                assertAnswers(index);
                assertThat(slow.count.get()).as("encoded in the last run").isLessThan(MEMORIES);
            }
        }
    }

    @Test
    void whoIsErasedMeanwhileLeavesNothing() throws Exception {
        Slow slow = new Slow();
        try (IndexChanges index = open(slow, true)) {
            await(() -> index.memories().pendingCount() == MEMORIES);
            truth.erase(new UserId("u1"));
            index.erase(new UserId("u1"));
            assertThat(index.remaining(new UserId("u1"))).isZero();
            slow.allowed.release(10_000);
            await(() -> !index.status().changingEncoder());
            assertThat(index.memories().count()).isEqualTo(100);
            assertThat(index.memories().vectorCount()).isEqualTo(100);
            assertThat(index.memories().vector(new MemoryId("m1"), "likes matter1"))
                    .isEmpty();
        }
    }
}
