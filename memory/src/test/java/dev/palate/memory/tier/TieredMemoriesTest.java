package dev.palate.memory.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories.Access;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Slot;
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
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TieredMemoriesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Subject ANN = new Subject.OfUser(new UserId("ann"));
    private static final Subject BEN = new Subject.OfUser(new UserId("ben"));

    private final HashingEncoder encoder = new HashingEncoder();
    private final Ids ids = new Ids(Clock.systemUTC());
    private DataDirectory directory;
    private SqlTruth truth;
    private IndexChanges index;
    private TieredMemories tiered;

    @BeforeEach
    void open(@TempDir Path folder) {
        directory = DataDirectory.open(folder.resolve("data"));
        truth = SqlTruth.open(directory, Clock.systemUTC());
        index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                encoder,
                IndexOptions.defaults());
        tiered = new TieredMemories(UsersFirst.of(truth), index, encoder, () -> NOW, new TierOptions(8 << 20));
    }

    @AfterEach
    void close() {
        index.close();
        truth.close();
        directory.close();
    }

    private Memory.Draft draft(Subject subject, String text, String slot) {
        return Memory.fresh(
                        new MemoryId(ids.next()),
                        subject,
                        MemoryKind.PREFERENCE,
                        text,
                        1,
                        Trust.STATED,
                        Slot.parse(slot),
                        List.of(new Evidence("message", "m", "in my words: " + text)),
                        NOW)
                .draft();
    }

    private Memory put(Memory memory) {
        return tiered.put(List.of(new Memories.Write(memory, Actor.AGENT, "test")))
                .getFirst();
    }

    private Memory put(Subject subject, String text, String slot) {
        return put(draft(subject, text, slot).build());
    }

    @Test
    void aPackHoldsTheActiveMemoriesWithTheirVectors() {
        put(ANN, "loves slow science fiction", "genre:sci-fi");
        put(ANN, "no slashers", "genre:horror");
        put(BEN, "likes westerns", "genre:western");
        put(draft(ANN, "held back", "tag:x").status(MemoryStatus.QUARANTINED).build());
        MemoryPack pack = tiered.pack(ANN);
        assertThat(pack.complete()).isTrue();
        assertThat(pack.memories()).isEqualTo(truth.memories().active(ANN)).hasSize(2);
        assertThat(pack.vector(0)).isEqualTo(encoder.encode("loves slow science fiction"));
        assertThat(tiered.pack(ANN)).isSameAs(pack);
        assertThat(tiered.active(ANN)).isEqualTo(pack.memories());
        assertThat(tiered.pack(new Subject.OfUser(new UserId("nobody"))).memories())
                .isEmpty();
    }

    @Test
    void aWriteIsInThePackAndForgettingIsOut() {
        Memory first = put(ANN, "loves slow science fiction", "genre:sci-fi");
        tiered.pack(ANN);
        Memory changed = put(first.draft().text("loves fast science fiction").build());
        assertThat(tiered.pack(ANN).memories()).containsExactly(changed);
        assertThat(tiered.pack(ANN).vector(0)).isEqualTo(encoder.encode("loves fast science fiction"));
        assertThat(tiered.forget(changed.id())).isTrue();
        assertThat(tiered.pack(ANN).memories()).isEmpty();
        assertThat(tiered.recall(ANN, "science fiction", 5, PATIENCE).memories())
                .isEmpty();
    }

    @Test
    void aRefusedWriteChangesNothing() {
        Memory first = put(ANN, "loves slow science fiction", "genre:sci-fi");
        MemoryPack pack = tiered.pack(ANN);
        put(first.draft().strength(0.9).build());
        assertThatThrownBy(() -> put(first.draft().strength(0.1).build())).isInstanceOf(MemoryException.class);
        assertThat(tiered.pack(ANN)).isNotSameAs(pack);
        assertThat(tiered.pack(ANN).memories().getFirst().strength()).isEqualTo(0.9);
    }

    @Test
    void recallWeighsMeaningWordsAndSlot() {
        put(ANN, "loves slow science fiction", "genre:sci-fi");
        put(ANN, "no slashers at all", "genre:horror");
        put(ANN, "is a nurse in Lyon", "note:job");
        Recall recall = tiered.recall(ANN, "slow science fiction or horror", 2, PATIENCE);
        assertThat(recall.semantic()).isTrue();
        assertThat(recall.memories()).hasSize(2);
        RecalledMemory best = recall.memories().getFirst();
        assertThat(best.memory().text()).isEqualTo("loves slow science fiction");
        assertThat(best.bm25()).isBetween(0.01, 1.0);
        assertThat(best.semantic()).isBetween(0.1, 1.0);
        assertThat(best.slot()).isZero();
        assertThat(best.decay()).isCloseTo(1, within(1e-9));
        assertThat(best.score())
                .isCloseTo(
                        (0.5 * best.semantic() + 0.3 * best.bm25() + 0.2 * best.slot()) * best.trust() * best.decay(),
                        within(1e-9));
        RecalledMemory second = recall.memories().get(1);
        assertThat(second.memory().text()).isEqualTo("no slashers at all");
        assertThat(second.slot()).isEqualTo(1);
        assertThat(tiered.recall(ANN, " ?? ", 5, PATIENCE).memories()).isEmpty();
    }

    @Test
    void whatIsMutedOldOrLessTrustedCountsLess() {
        Memory stated = put(ANN, "loves slow science fiction", "genre:sci-fi");
        put(draft(ANN, "loves slow science fiction", "tag:a").muted(true).build());
        put(draft(ANN, "loves slow science fiction", "tag:b")
                .trust(Trust.INFERRED)
                .build());
        put(draft(ANN, "loves slow science fiction", "tag:c").validTo(NOW).build());
        put(draft(ANN, "loves slow science fiction", "tag:d").strength(1).build());
        List<RecalledMemory> found =
                tiered.recall(ANN, "slow science fiction", 10, PATIENCE).memories();
        assertThat(found).hasSize(3);
        assertThat(found.get(0).memory().strength()).isEqualTo(1);
        assertThat(found.get(1).memory().id()).isEqualTo(stated.id());
        assertThat(found.get(2).memory().trust()).isEqualTo(Trust.INFERRED);
        assertThat(found.get(0).decay()).isCloseTo(1.5, within(1e-9));
    }

    @Test
    void memoriesFadeByKindWithinBounds() {
        Memory memory = draft(ANN, "x", "tag:a").build();
        assertThat(Fading.decay(memory, null, NOW.plus(Duration.ofDays(180)))).isCloseTo(0.5, within(1e-9));
        assertThat(Fading.decay(memory, null, NOW.plus(Duration.ofDays(9_000)))).isEqualTo(0.3);
        Memory rule = memory.draft().kind(MemoryKind.CONSTRAINT).build();
        assertThat(Fading.decay(rule, null, NOW.plus(Duration.ofDays(9_000)))).isEqualTo(1);
        Memory episode = memory.draft().kind(MemoryKind.EPISODE).build();
        assertThat(Fading.decay(episode, null, NOW.plus(Duration.ofDays(14)))).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void withoutTimeTheWordsStillCount() throws Exception {
        put(ANN, "loves slow science fiction", "genre:sci-fi");
        assertThat(index.awaitEncoded(PATIENCE)).isTrue();
        Recall recall = tiered.recall(ANN, "science fiction", 5, Duration.ZERO);
        assertThat(recall.semantic()).isFalse();
        assertThat(recall.memories().getFirst().bm25()).isPositive();
        assertThat(recall.memories().getFirst().semantic()).isZero();
    }

    @Test
    void theBudgetHoldsAndTheNumbersAdd() {
        TieredMemories small =
                new TieredMemories(UsersFirst.of(truth), index, encoder, () -> NOW, new TierOptions(1 << 20));
        String padding = "words and more words ".repeat(18);
        for (int user = 0; user < 24; user++) {
            Subject subject = new Subject.OfUser(new UserId("u" + user));
            List<Memories.Write> writes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                writes.add(new Memories.Write(
                        draft(subject, padding + i, "tag:" + i).build(), Actor.AGENT, "test"));
            }
            small.put(writes);
            small.pack(subject);
        }
        TierStats stats = small.stats().hot();
        assertThat(stats.misses()).isEqualTo(24);
        assertThat(stats.evictions()).isPositive();
        assertThat(stats.bytes()).isLessThanOrEqualTo(stats.budgetBytes()).isGreaterThan(1 << 19);
        assertThat(stats.entries()).isLessThan(24);
        assertThat(stats.hitRatio()).isZero();
    }

    @Test
    void erasureReachesEveryPlace() throws Exception {
        put(ANN, "loves slow science fiction", "genre:sci-fi");
        put(BEN, "likes westerns", "genre:western");
        tiered.pack(ANN);
        tiered.pack(BEN);
        assertThat(index.awaitEncoded(PATIENCE)).isTrue();
        assertThat(tiered.erasurePlace().remaining(new UserId("ann"))).isEqualTo(1);
        ErasureReceipt receipt =
                truth.erasure(List.of(tiered.erasurePlace(), index)).user(new UserId("ann"));
        assertThat(receipt.complete()).isTrue();
        assertThat(receipt.places())
                .extracting(ErasureReceipt.Place::name)
                .contains("hot memory packs", "memory index");
        assertThat(tiered.pack(ANN).memories()).isEmpty();
        assertThat(tiered.pack(BEN).memories()).hasSize(1);
        assertThat(index.memories().count(ANN)).isZero();
    }

    /// Writers raise the strength of their own subject's one memory; a pack read after a put returned must hold it.
    @Test
    void noPackIsOlderThanAWriteThatReturned() throws Exception {
        long seed = Long.getLong("test.seed", 20_260_101L);
        int subjects = 3;
        List<AtomicLong> returned = new ArrayList<>();
        for (int i = 0; i < subjects; i++) {
            put(subject(i), "loves slow science fiction", "genre:sci-fi");
            returned.add(new AtomicLong(1));
        }
        AtomicLong writing = new AtomicLong(subjects);
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < subjects; i++) {
            int number = i;
            calls.add(() -> {
                try {
                    for (int n = 0; n < 60; n++) {
                        Memory last = tiered.pack(subject(number)).memories().getFirst();
                        Memory next =
                                put(last.draft().strength((n % 100) / 100.0).build());
                        returned.get(number).set(next.revision());
                    }
                } finally {
                    writing.decrementAndGet();
                }
                return null;
            });
        }
        for (int reader = 0; reader < 2; reader++) {
            SplittableRandom random = new SplittableRandom(seed + reader);
            calls.add(() -> {
                while (writing.get() > 0) {
                    int number = random.nextInt(subjects);
                    long atLeast = returned.get(number).get();
                    long seen =
                            tiered.pack(subject(number)).memories().getFirst().revision();
                    assertThat(seen).as("subject %d, seed %d", number, seed).isGreaterThanOrEqualTo(atLeast);
                    LockSupport.parkNanos(20_000);
                }
                return null;
            });
        }
        try (var executor = Executors.newFixedThreadPool(calls.size())) {
            for (Future<Void> done : executor.invokeAll(calls, 60, TimeUnit.SECONDS)) {
                done.get();
            }
        }
        assertThat(returned).allSatisfy(revision -> assertThat(revision.get()).isEqualTo(61));
    }

    private static Subject subject(int number) {
        return new Subject.OfUser(new UserId("writer" + number));
    }

    /// A pack of the earlier encoder's vectors must not stay, however often it is asked for.
    @Test
    void aHotPackFollowsAChangeOfEncoders() throws Exception {
        Memory memory = put(ANN, "loves slow science fiction", "genre:sci-fi");
        assertThat(index.awaitEncoded(PATIENCE)).isTrue();
        index.close();
        CountDownLatch allowed = new CountDownLatch(1);
        HashingEncoder other = new HashingEncoder(64, 7);
        index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                new Held(other, allowed),
                version -> version.equals(encoder.version()) ? Optional.of(encoder) : Optional.empty(),
                IndexOptions.defaults());
        tiered = new TieredMemories(truth.memories(), index, index.encoder(), () -> NOW, new TierOptions(8 << 20));
        assertThat(tiered.pack(ANN).dimension()).isEqualTo(encoder.dimension());
        assertThat(tiered.cosines(memory.text(), List.of(memory))[0]).isCloseTo(1, within(1e-6));
        allowed.countDown();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (index.status().changingEncoder() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(index.encoder().version()).isEqualTo(other.version());
        assertThat(tiered.cosines(memory.text(), List.of(memory))[0]).isCloseTo(1, within(1e-6));
        assertThat(tiered.pack(ANN).vector(0)).isEqualTo(other.encode(memory.text()));
    }

    /// Encodes nothing before it may.
    private record Held(TextEncoder encoder, CountDownLatch allowed) implements TextEncoder {
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
                if (!allowed.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("not allowed in time");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return encoder.encode(text);
        }

        @Override
        public void close() {}
    }

    @Test
    void aMemoryThatCannotBeEncodedLeavesTheRestOfThePack() {
        put(ANN, "loves slow science fiction", "genre:sci-fi");
        put(ANN, "likes poison", "tag:poison");
        TextEncoder picky = new Picky(encoder);
        index.close();
        index = IndexChanges.open(
                directory.root().resolve("other"),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                picky,
                IndexOptions.defaults());
        TieredMemories of = new TieredMemories(truth.memories(), index, picky, () -> NOW, new TierOptions(8 << 20));
        assertThat(of.pack(ANN).memories()).hasSize(2);
        assertThat(of.pack(ANN).complete()).isFalse();
        assertThat(of.recall(ANN, "science fiction", 5, PATIENCE)
                        .memories()
                        .getFirst()
                        .semantic())
                .isPositive();
    }

    /// Fails for one word.
    private record Picky(TextEncoder encoder) implements TextEncoder {
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
            if (text.contains("poison")) {
                throw new IllegalArgumentException("cannot be encoded");
            }
            return encoder.encode(text);
        }

        @Override
        public void close() {}
    }

    @Test
    void useKeepsAMemoryFreshAndNeverMakesItMoreThanItWas() {
        Memory memory = draft(ANN, "likes westerns", "genre:western").build();
        Instant later = NOW.plus(Duration.ofDays(180));
        Instant used = NOW.plus(Duration.ofDays(170));
        double unused = Fading.decay(memory, null, later);
        double once = Fading.decay(memory, new Access(ANN, memory.id(), used, 1), later);
        double often = Fading.decay(memory, new Access(ANN, memory.id(), used, 1_000_000), later);
        assertThat(once)
                .isCloseTo(Math.pow(2, -(180 - 170 / 3.0) / 180), within(1e-9))
                .isGreaterThan(unused);
        assertThat(often).isGreaterThan(once).isLessThan(Fading.decay(memory, null, NOW));
        assertThat(Fading.decay(memory, new Access(ANN, memory.id(), later.plusSeconds(1), 9), later))
                .as("a later use does not count")
                .isEqualTo(unused);
        Memory rule = memory.draft().kind(MemoryKind.CONSTRAINT).build();
        assertThat(Fading.decay(rule, new Access(ANN, rule.id(), used, 9), later))
                .isEqualTo(1);
    }

    @Test
    void whatIsRecalledCountsAsUsedFromTheNextPassOn() {
        Memory memory = put(ANN, "loves slow science fiction", "genre:sci-fi");
        assertThat(tiered.cosines("loves slow science fiction", List.of(memory))[0])
                .isCloseTo(1, within(1e-6));
        assertThat(tiered.planner().accesses().drain())
                .as("a gate's look is no use")
                .isEmpty();
        tiered.recall(ANN, "science fiction", 5, PATIENCE);
        assertThat(tiered.planner().accesses().drain())
                .extracting(Access::memory)
                .contains(memory.id());
    }
}
