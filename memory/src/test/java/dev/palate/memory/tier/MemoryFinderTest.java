package dev.palate.memory.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Page;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Searches of a subject that has more memories than fit: into its pack, into one reading of its states.
class MemoryFinderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Subject ANN = new Subject.OfUser(new UserId("ann"));

    private final CountDownLatch ending = new CountDownLatch(1);
    private final TextEncoder plain = new HashingEncoder();
    private DataDirectory directory;
    private SqlTruth truth;
    private IndexChanges index;

    /// The encoder of an index that comes to no vector before the end.
    private record Held(TextEncoder encoder, CountDownLatch ending) implements TextEncoder {
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
                ending.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return encoder.encode(text);
        }

        @Override
        public void close() {}
    }

    /// Takes its time, and knows how often and when it was asked last.
    private record Slow(TextEncoder encoder, Duration each, String watched, AtomicInteger count, AtomicLong last)
            implements TextEncoder {
        Slow(TextEncoder encoder, Duration each, String watched) {
            this(encoder, each, watched, new AtomicInteger(), new AtomicLong());
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
            last.set(System.nanoTime());
            count.addAndGet(text.equals(watched) ? 1 : 0);
            if (each.isPositive()) {
                LockSupport.parkNanos(each.toNanos());
            }
            return encoder.encode(text);
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        directory = DataDirectory.open(folder.resolve("data"));
        truth = SqlTruth.open(directory, Clock.systemUTC());
        index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                new Held(plain, ending),
                IndexOptions.defaults());
    }

    @AfterEach
    void close() {
        ending.countDown();
        index.close();
        truth.close();
        directory.close();
    }

    private TieredMemories tiers(TextEncoder encoder) {
        return new TieredMemories(UsersFirst.of(truth), index, encoder, () -> NOW, new TierOptions(8 << 20));
    }

    private List<Memory> put(int count, MemoryStatus status) {
        List<Memories.Write> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Memory memory = Memory.fresh(
                            new MemoryId("m" + (10_000 + i)),
                            ANN,
                            MemoryKind.TRAIT,
                            "likes matter " + i,
                            0,
                            Trust.STATED,
                            null,
                            List.of(new Evidence("message", "m", "so I said")),
                            NOW.minusSeconds(i / 3))
                    .draft()
                    .status(status)
                    .build();
            writes.add(new Memories.Write(memory, Actor.AGENT, "test"));
        }
        return UsersFirst.of(truth).putEach(writes);
    }

    private static SearchRequest request(Moment moment, boolean settled, Duration deadline) {
        return new SearchRequest(ANN, "likes matter", MemoryCondition.ANY, moment, settled, 0, 20, null, deadline);
    }

    /// Eight hundred without a vector, a second's work at least for each half: those in the pack take all of the time.
    @Test
    void aSearchBeyondThePackHasOneDeadline() {
        put(800, MemoryStatus.ACTIVE);
        Duration deadline = Duration.ofMillis(600);
        Slow slow = new Slow(plain, Duration.ofMillis(3), "");
        MemoryFinder finder = new MemoryFinder(tiers(slow), index, slow, () -> NOW);
        long begun = System.nanoTime();
        SearchPage page = finder.find(request(new Moment(null, null), true, deadline));
        assertThat(page.degraded()).containsExactly(SearchPage.SEMANTIC);
        assertThat(page.memories()).as("words count all the same").hasSize(20);
        assertThat(Duration.ofNanos(slow.last.get() - begun))
                .as("the last text was begun")
                .isLessThan(deadline.plusMillis(300));
    }

    @Test
    void aTextIsEncodedOnceForAllOfASubject() {
        List<Memory> memories = put(420, MemoryStatus.ACTIVE);
        Slow counting = new Slow(plain, Duration.ZERO, "matter of taste");
        double[] cosines = tiers(counting).cosines("matter of taste", memories);
        assertThat(cosines).hasSize(420);
        assertThat(counting.count.get()).isEqualTo(1);
    }

    /// Closed ones have no bound, unlike those in force.
    @Test
    void allStatesAreListedAndASearchSaysWhenThereWereMoreThanItScored() {
        int all = Memories.MAX_STATES + 30;
        put(all, MemoryStatus.SUPERSEDED);
        MemoryFinder finder = new MemoryFinder(tiers(plain), index, plain, () -> NOW);
        Set<MemoryId> listed = new HashSet<>();
        List<Memory> inOrder = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            Page<Memory> page = finder.page(ANN, new Moment(null, null), _ -> true, cursor, Page.MAX_LIMIT);
            page.items().forEach(memory -> {
                listed.add(memory.id());
                inOrder.add(memory);
            });
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(listed).hasSize(all);
        assertThat(inOrder).hasSize(all).isSortedAccordingTo(StateCursor.ORDER);
        Moment known = new Moment(null, Instant.now().plusSeconds(60));
        assertThat(finder.page(ANN, known, memory -> memory.id().value().equals("m" + (10_000 + all - 1)), null, 5)
                        .items())
                .as("the oldest, as known at a time")
                .hasSize(1);
        SearchPage found = finder.find(request(new Moment(null, null), false, PATIENCE));
        assertThat(found.degraded()).containsExactly(SearchPage.DEPTH);
        assertThat(found.memories()).hasSize(20);
    }
}
