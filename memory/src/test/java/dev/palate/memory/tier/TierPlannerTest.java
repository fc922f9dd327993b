package dev.palate.memory.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Offer;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Written;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryField;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ProductQuantiser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TierPlannerTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long SEED = Long.getLong("test.seed", 20_260_101L);
    private static final Subject ANN = subject("ann");
    private static final Subject BEN = subject("ben");
    private static final TierOptions TIERS =
            new TierOptions(8 << 20, 1L << 30, Duration.ofDays(90), Duration.ofHours(1), 1_000, 1, SEED);

    @TempDir
    Path folder;

    private volatile Instant now = START;

    private static Subject subject(String user) {
        return new Subject.OfUser(new UserId(user));
    }

    /// A store with its index and tiers, without a thread of the planner.
    private final class Stack implements AutoCloseable {
        final DataDirectory directory;
        final SqlTruth truth;
        final IndexChanges index;
        final TieredMemories tiered;
        final TextEncoder encoder;

        Stack(Path root, TextEncoder encoder, TierOptions options) {
            this(root, encoder, options, VectorFormat.INT8);
        }

        Stack(Path root, TextEncoder encoder, TierOptions options, VectorFormat format) {
            this.encoder = encoder;
            directory = DataDirectory.open(root);
            truth = SqlTruth.open(directory, Clock.systemUTC());
            index = IndexChanges.open(
                    directory.root(),
                    new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                    encoder,
                    new IndexOptions(format, 1, Duration.ofHours(1), 1_000_000, 100, Duration.ofHours(1)));
            tiered = new TieredMemories(UsersFirst.of(truth), truth.coldMemories(), index, encoder, () -> now, options);
        }

        void put(Subject subject, int from, int to) {
            List<Memories.Write> writes = new ArrayList<>();
            for (int i = from; i < to; i++) {
                writes.add(new Memories.Write(memory(subject, i), Actor.AGENT, "test"));
            }
            tiered.put(writes);
        }

        void settle() throws InterruptedException {
            assertThat(index.awaitEncoded(PATIENCE)).as("index caught up").isTrue();
        }

        Set<MemoryId> cold(Subject subject) {
            Set<MemoryId> ids = new HashSet<>();
            truth.coldMemories().of(subject).forEach(cold -> ids.add(cold.memory()));
            return ids;
        }

        /// The texts of the best over all subjects.
        List<String> found(String words, int limit) {
            SearchRequest request = new SearchRequest(
                    null, words, MemoryCondition.ANY, new Moment(null, null), true, 0, limit, null, PATIENCE);
            return new MemoryFinder(tiered, index, encoder, () -> now)
                    .find(request).memories().stream()
                            .map(hit -> hit.memory().text())
                            .toList();
        }

        List<String> recalled(Subject subject, String words) {
            return tiered.recall(subject, words, 3, PATIENCE).memories().stream()
                    .map(hit -> hit.memory().text())
                    .toList();
        }

        @Override
        public void close() {
            index.close();
            truth.close();
            directory.close();
        }
    }

    private Stack stack() {
        return new Stack(folder.resolve("data"), new HashingEncoder(), TIERS);
    }

    private static String text(int number) {
        return "likes subject" + number * 7919 % 1000 + " and matter" + number;
    }

    private Memory memory(Subject subject, int number) {
        return Memory.fresh(
                        id(subject, number),
                        subject,
                        MemoryKind.PREFERENCE,
                        text(number),
                        1,
                        Trust.STATED,
                        Slot.parse("tag:t" + number),
                        List.of(new Evidence("message", "m", "so I said")),
                        now)
                .draft()
                .strength(number % 100 / 100.0)
                .build();
    }

    private static MemoryId id(Subject subject, int number) {
        return new MemoryId(subject.id() + "-" + (10_000 + number));
    }

    @Test
    void whatIsIdleGoesColdIsStillFoundAndComesBackWhenUsed() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 20);
            stack.put(BEN, 0, 20);
            stack.settle();
            assertThat(stack.tiered.planner().pass()).isEqualTo(new TierPlanner.Pass(0, 0, 0, 0, 0, 0));
            now = START.plus(Duration.ofDays(89));
            stack.tiered.pack(BEN);
            stack.tiered.planner().pass();
            now = START.plus(Duration.ofDays(91));
            assertThat(stack.tiered.planner().pass().idle()).isEqualTo(20);
            stack.settle();
            assertThat(stack.cold(ANN)).hasSize(20);
            assertThat(stack.cold(BEN)).isEmpty();
            assertThat(stack.index.memories().vectorCount()).isEqualTo(20);
            assertThat(stack.index.memories().pendingCount()).isZero();
            assertThat(stack.truth.memories().memory(id(ANN, 3)).orElseThrow().status())
                    .isEqualTo(MemoryStatus.ACTIVE);
            assertThat(stack.found("matter3", 5)).contains(text(3));
            assertThat(stack.recalled(ANN, text(7)).getFirst()).isEqualTo(text(7));
            assertThat(stack.tiered.stats().cold().hits()).isPositive();
            assertThat(stack.tiered.planner().pass().promoted())
                    .as("what was found, not all of the pack")
                    .isBetween(3, 8);
            stack.tiered.used(stack.tiered.pack(ANN).memories());
            stack.tiered.planner().pass();
            stack.settle();
            assertThat(stack.cold(ANN)).isEmpty();
            assertThat(stack.index.memories().vectorCount()).isEqualTo(40);
            MemoryPack pack = stack.tiered.pack(ANN);
            assertThat(pack.vector(0))
                    .as("exact again")
                    .isEqualTo(new HashingEncoder()
                            .encode(pack.memories().getFirst().text()));
        }
    }

    /// A long list goes to the disk in pieces.
    @Test
    void whatWentColdBeforeAPieceFailedIsCountedAndKnown() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 20);
            stack.settle();
            TieredMemories tiered = new TieredMemories(
                    UsersFirst.of(stack.truth),
                    failingAfter(stack.truth.coldMemories(), 5),
                    stack.index,
                    stack.encoder,
                    () -> now,
                    TIERS);
            MemoryPack before = tiered.pack(ANN);
            assertThat(before.cold()).isEmpty();
            tiered.planner().accesses().drain();
            now = START.plus(Duration.ofDays(91));
            assertThatThrownBy(() -> tiered.planner().pass()).hasMessageContaining("the disk is full");
            assertThat(stack.cold(ANN)).hasSize(5);
            assertThat(tiered.planner().demoted()).isEqualTo(5);
            stack.settle();
            assertThat(tiered.pack(ANN)).isNotSameAs(before);
            assertThat(tiered.pack(ANN).cold()).isEqualTo(stack.cold(ANN));
            tiered.planner().accesses().drain();
            assertThat(tiered.planner().pass().idle()).as("the rest").isEqualTo(15);
            assertThat(tiered.planner().demoted()).isEqualTo(20);
        }
    }

    /// The cold tier whose disk is full once, after some memories of the first list.
    private static ColdMemories failingAfter(ColdMemories cold, int some) {
        AtomicBoolean failed = new AtomicBoolean();
        return (ColdMemories) Proxy.newProxyInstance(
                TierPlannerTest.class.getClassLoader(), new Class<?>[] {ColdMemories.class}, (proxy, method, args) -> {
                    try {
                        if (method.getName().equals("demote") && failed.compareAndSet(false, true)) {
                            List<?> all = (List<?>) args[0];
                            method.invoke(cold, all.subList(0, some));
                            throw new MemoryException(MemoryException.Code.STORAGE, "the disk is full");
                        }
                        return method.invoke(cold, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void theWeakestBeyondFourHundredGoColdAndAreRecalledByTheirCodes() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 430);
            stack.settle();
            assertThat(stack.tiered.planner().pass().crowded()).isEqualTo(30);
            stack.settle();
            List<Cold> cold = stack.truth.coldMemories().of(ANN);
            assertThat(cold).hasSize(30);
            double strongest = cold.stream()
                    .map(one -> stack.truth.memories().memory(one.memory()).orElseThrow())
                    .mapToDouble(Memory::strength)
                    .max()
                    .orElseThrow();
            assertThat(strongest).isLessThanOrEqualTo(0.06);
            assertThat(stack.tiered.pack(ANN).memories()).hasSize(400);
            assertThat(stack.tiered.pack(ANN).left()).hasSize(30);
            Memory weak = stack.truth.memories().memory(cold.get(11).memory()).orElseThrow();
            assertThat(stack.tiered.recall(ANN, weak.text(), 20, PATIENCE).memories())
                    .extracting(hit -> hit.memory().id())
                    .contains(weak.id());
            assertThat(stack.tiered.planner().pass().promoted()).isPositive();
            assertThat(stack.cold(ANN)).hasSize(30);
        }
    }

    /// The 401st memory is accepted, a rule keeps its place, and a word about a cold memory meets that memory.
    @Test
    void oneMoreThanStayWarmIsAcceptedAndTheWeakestGoesCold() throws Exception {
        try (Stack stack = stack()) {
            Memory rule = memory(ANN, 100)
                    .draft()
                    .kind(MemoryKind.CONSTRAINT)
                    .polarity(-1)
                    .strength(0)
                    .build();
            stack.tiered.put(List.of(new Memories.Write(rule, Actor.AGENT, "test")));
            stack.put(ANN, 101, 500);
            stack.settle();
            now = START.plus(Duration.ofHours(2));
            var stores = new GatedMemories.Stores(
                    stack.tiered, stack.truth.rejections(), stack.truth.consents(), stack.tiered::cosines);
            var door = new GatedMemories(stores, Gates.standard(), new Ids(Clock.systemUTC()), () -> now);
            Written added = said(door, "Likes subject77 and matter77", 1, Slot.parse("tag:t77"));
            assertThat(added.outcome()).isEqualTo(Written.Outcome.ADD);
            assertThat(stack.tiered.standing(ANN))
                    .as("before anything went cold")
                    .hasSize(401);
            assertThat(stack.tiered.active(ANN))
                    .as("the newest and the rules")
                    .hasSize(400)
                    .extracting(Memory::id)
                    .contains(rule.id(), written(added));
            stack.settle();
            assertThat(stack.tiered.planner().pass().crowded()).isEqualTo(1);
            stack.settle();
            Memory cold = stack.truth
                    .memories()
                    .memory(stack.cold(ANN).iterator().next())
                    .orElseThrow();
            assertThat(cold.id()).as("a rule stays").isNotEqualTo(rule.id());
            assertThat(cold.strength()).as("the weakest of the others").isZero();
            assertThat(stack.tiered.active(ANN)).extracting(Memory::id).doesNotContain(cold.id());
            assertThat(stack.tiered.standing(ANN)).extracting(Memory::id).contains(cold.id());

            var request = new SearchRequest(
                    ANN,
                    cold.text(),
                    new MemoryCondition.Is(
                            MemoryField.SLOT, MemoryCondition.Comparison.IN, List.of(String.valueOf(cold.slot()))),
                    new Moment(null, null),
                    true,
                    0,
                    10,
                    null,
                    PATIENCE);
            var finder = new MemoryFinder(stack.tiered, stack.index, stack.encoder, () -> now);
            assertThat(finder.find(request).memories())
                    .as("found though it has no room in the pack")
                    .extracting(hit -> hit.memory().id())
                    .containsExactly(cold.id());
            assertThat(stack.tiered.planner().pass().promoted())
                    .as("and warm by being found")
                    .isEqualTo(1);
            stack.settle();
            Memory other = stack.truth
                    .memories()
                    .memory(stack.cold(ANN).iterator().next())
                    .orElseThrow();
            assertThat(stack.cold(ANN)).hasSize(1);

            Written against = said(door, "Hates that one", -1, other.slot());
            assertThat(against.outcome()).as("a cold rival gives way").isEqualTo(Written.Outcome.SUPERSEDE);
            assertThat(stack.truth.memories().memory(other.id()).orElseThrow().status())
                    .isEqualTo(MemoryStatus.SUPERSEDED);
            assertThat(stack.tiered.standing(ANN).stream()
                            .filter(memory -> Objects.equals(memory.slot(), other.slot())))
                    .hasSize(1);
        }
    }

    @Test
    void whatIsPastItsTimeHasNoEffectAtOnceAndLosesItsPlaceWithThePass() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 3);
            Instant end = START.plus(Duration.ofDays(100));
            Memory tonight = memory(ANN, 7).draft().validTo(end).build();
            Memory cold = memory(ANN, 8).draft().validTo(end).build();
            stack.tiered.put(List.of(
                    new Memories.Write(tonight, Actor.AGENT, "test"), new Memories.Write(cold, Actor.AGENT, "test")));
            stack.settle();
            now = START.plus(Duration.ofDays(91));
            assertThat(stack.tiered.planner().pass().idle()).isEqualTo(5);
            stack.tiered.used(stack.tiered.pack(ANN).memories().stream()
                    .filter(memory -> !memory.id().equals(cold.id()))
                    .toList());
            TierPlanner.Pass before = stack.tiered.planner().pass();
            assertThat(before.expired()).isZero();
            stack.settle();
            assertThat(stack.cold(ANN)).containsExactly(cold.id());
            assertThat(stack.tiered.active(ANN)).hasSize(5);
            assertThat(stack.index.memories().vectorCount()).isEqualTo(4);

            now = end;
            assertThat(stack.tiered.active(ANN)).as("the pack is as before").hasSize(3);
            assertThat(stack.tiered.standing(ANN)).hasSize(3);
            assertThat(stack.tiered.recall(ANN, text(7), 10, PATIENCE).memories())
                    .extracting(hit -> hit.memory().id())
                    .doesNotContain(tonight.id());
            assertThat(stack.found("matter7 matter8", 10)).doesNotContain(text(7), text(8));
            var stores = new GatedMemories.Stores(
                    stack.tiered, stack.truth.rejections(), stack.truth.consents(), stack.tiered::cosines);
            var door = new GatedMemories(stores, Gates.standard(), new Ids(Clock.systemUTC()), () -> now);
            assertThat(said(door, text(7), 1, tonight.slot()).outcome())
                    .as("no repetition of what is over")
                    .isEqualTo(Written.Outcome.ADD);

            stack.settle();
            assertThat(stack.tiered.planner().pass().expired()).isEqualTo(2);
            stack.settle();
            assertThat(stack.tiered.planner().pass().expired()).isZero();
            assertThat(stack.cold(ANN)).as("its codes went").isEmpty();
            assertThat(stack.truth.memories().memory(cold.id()).orElseThrow().status())
                    .isEqualTo(MemoryStatus.EXPIRED);
            assertThat(stack.index.memories().vectorCount())
                    .as("three, and what was said anew")
                    .isEqualTo(4);
            assertThat(stack.tiered.pack(ANN).memories()).hasSize(4);

            var finder = new MemoryFinder(stack.tiered, stack.index, stack.encoder, () -> now);
            assertThat(finder.page(ANN, new Moment(START.plusSeconds(1), null), _ -> true, null, 10)
                            .items())
                    .as("valid time")
                    .extracting(Memory::id)
                    .contains(tonight.id(), cold.id());
            assertThat(finder.page(ANN, new Moment(end, null), _ -> true, null, 10)
                            .items())
                    .extracting(Memory::id)
                    .doesNotContain(tonight.id(), cold.id());
            Instant recorded =
                    stack.truth.memories().history(tonight.id()).getFirst().recordedAt();
            assertThat(finder.page(ANN, new Moment(null, recorded), _ -> true, null, 10)
                            .items())
                    .as("recorded time")
                    .filteredOn(memory -> memory.id().equals(tonight.id()))
                    .extracting(Memory::status)
                    .containsExactly(MemoryStatus.ACTIVE);
            var asOf = new SearchRequest(
                    ANN,
                    "matter7 matter8",
                    MemoryCondition.ANY,
                    new Moment(START.plusSeconds(1), null),
                    false,
                    0,
                    10,
                    null,
                    PATIENCE);
            assertThat(finder.find(asOf).memories())
                    .extracting(hit -> hit.memory().id())
                    .contains(tonight.id(), cold.id());
        }
    }

    private static MemoryId written(Written written) {
        return Objects.requireNonNull(written.memory()).id();
    }

    /// Free text whose meaning a cold memory beyond the pack has is a repetition, by its exact vector.
    @Test
    void aColdMemoryIsRepeatedAndNotWrittenTwice() throws Exception {
        try (Stack stack = stack()) {
            List<Memories.Write> writes = new ArrayList<>();
            for (int i = 0; i < 420; i++) {
                writes.add(new Memories.Write(
                        memory(ANN, i)
                                .draft()
                                .slot(null)
                                .kind(MemoryKind.TRAIT)
                                .polarity(0)
                                .build(),
                        Actor.AGENT,
                        "test"));
            }
            stack.tiered.put(writes);
            stack.settle();
            assertThat(stack.tiered.planner().pass().crowded()).isEqualTo(20);
            stack.settle();
            now = START.plus(Duration.ofHours(2));
            Memory cold = stack.truth
                    .memories()
                    .memory(stack.cold(ANN).iterator().next())
                    .orElseThrow();
            double[] cosines = stack.tiered.cosines(cold.text(), List.of(cold));
            assertThat(cosines[0]).as("exact, not by codes").isCloseTo(1, within(1e-5));
            var stores = new GatedMemories.Stores(
                    stack.tiered, stack.truth.rejections(), stack.truth.consents(), stack.tiered::cosines);
            var door = new GatedMemories(stores, Gates.standard(), new Ids(Clock.systemUTC()), () -> now);
            String words = "likes: " + cold.text().substring("likes ".length());
            Written again = said(door, words, 0, null);
            assertThat(again.outcome()).isEqualTo(Written.Outcome.MERGE);
            assertThat(written(again)).isEqualTo(cold.id());
            assertThat(stack.cold(ANN)).as("warm by being said").doesNotContain(cold.id());
        }
    }

    private static Written said(GatedMemories door, String text, double polarity, @Nullable Slot slot) {
        var proposal = new Proposal(
                ANN,
                slot == null ? MemoryKind.TRAIT : MemoryKind.PREFERENCE,
                text,
                polarity,
                Trust.STATED,
                slot,
                text,
                text,
                "said",
                Role.USER);
        return door.offer(List.of(Offer.said(proposal)), Actor.AGENT, "").getFirst();
    }

    @Test
    void theBudgetOfBytesHoldsAndTheChoiceIsTheSameForTheSameHistory() throws Exception {
        TierOptions small = new TierOptions(8 << 20, 1 << 20, Duration.ofDays(90), Duration.ofHours(1), 500, 1, SEED);
        List<Set<MemoryId>> chosen = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            now = START;
            SplittableRandom random = new SplittableRandom(SEED);
            try (Stack stack = new Stack(folder.resolve("run" + run), new HashingEncoder(), small)) {
                for (int user = 0; user < 8; user++) {
                    stack.put(subject("u" + user), 0, 100);
                    now = now.plusSeconds(60);
                }
                for (int i = 0; i < 30; i++) {
                    stack.tiered.active(subject("u" + random.nextInt(5)));
                    now = now.plusSeconds(60);
                }
                stack.settle();
                stack.tiered.planner().pass();
                stack.settle();
                Set<MemoryId> cold = new HashSet<>();
                for (int user = 0; user < 8; user++) {
                    cold.addAll(stack.cold(subject("u" + user)));
                }
                chosen.add(cold);
                assertThat(stack.tiered.stats().warm().bytes()).isLessThanOrEqualTo(1 << 20);
                assertThat(cold).isNotEmpty().noneMatch(id -> id.value().matches("u[0-4]-.*"));
                assertThat(stack.tiered.planner().pass().over()).isZero();
            }
        }
        assertThat(chosen.get(0)).as("seed %d", SEED).isEqualTo(chosen.get(1));
    }

    /// A gate, a recommendation or a profile looks at a pack without finding anything in it.
    @Test
    void aLookAtAPackMakesNothingWarm() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 20);
            stack.settle();
            now = START.plus(Duration.ofDays(91));
            assertThat(stack.tiered.planner().pass().idle()).isEqualTo(20);
            stack.settle();
            stack.tiered.pack(ANN);
            stack.tiered.active(ANN);
            stack.tiered.cosines("likes matter3", stack.tiered.active(ANN));
            assertThat(stack.tiered.planner().pass().promoted()).isZero();
            assertThat(stack.cold(ANN)).hasSize(20);
            assertThat(stack.tiered.recall(ANN, text(4), 1, PATIENCE).memories())
                    .singleElement()
                    .satisfies(hit -> assertThat(hit.memory().id()).isEqualTo(id(ANN, 4)));
            assertThat(stack.tiered.planner().pass().promoted()).isEqualTo(1);
            assertThat(stack.cold(ANN)).hasSize(19).doesNotContain(id(ANN, 4));
        }
    }

    @Test
    void whatIsErasedIsNoLongerWanted() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 5);
            stack.put(BEN, 0, 5);
            stack.settle();
            now = START.plus(Duration.ofDays(91));
            assertThat(stack.tiered.planner().pass().idle()).isEqualTo(10);
            stack.tiered.planner().promote(ANN, List.of(id(ANN, 0)));
            stack.tiered.planner().promote(BEN, List.of(id(BEN, 0), id(BEN, 1)));
            stack.tiered.recall(BEN, text(1), 1, PATIENCE);
            stack.tiered.erasurePlace().erase(new UserId("ann"));
            stack.tiered.erasurePlace().erase(new ErasedMemories(Set.of(id(BEN, 1)), Set.of(BEN)));
            assertThat(stack.tiered.planner().wanted()).containsExactly(id(BEN, 0));
            assertThat(stack.tiered.planner().accesses().drain())
                    .noneMatch(access -> id(BEN, 1).equals(access.memory()));
        }
    }

    /// Centroids of few vectors are near copies of them, and outlive the memories.
    @Test
    void noCodebookIsLearntFromFewPeoplesMemories() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 200);
            stack.settle();
            now = START.plus(Duration.ofDays(91));
            assertThat(stack.tiered.planner().pass().idle()).isEqualTo(200);
            var codebook =
                    stack.truth.coldMemories().newest(stack.encoder.version()).orElseThrow();
            assertThat(codebook.sample()).isZero();
            float[] vector = stack.encoder.encode(text(3));
            float[] decoded = codebook.quantiser().decode(codebook.quantiser().encode(vector));
            assertThat(decoded).isNotEqualTo(vector);
        }
    }

    /// As an earlier build made them.
    @Test
    void aCodebookLearntFromFewMemoriesIsReplacedAndDropped() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 30);
            stack.settle();
            float[][] sample = stack.index.memories().sample(30, SEED);
            var few = stack.truth
                    .coldMemories()
                    .keep(
                            stack.encoder.version(),
                            sample.length,
                            ProductQuantiser.train(sample, stack.encoder.dimension(), SEED));
            List<Cold> cold = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                cold.add(new Cold(
                        id(ANN, i), ANN, 1, few.version(), few.quantiser().encode(stack.encoder.encode(text(i)))));
            }
            assertThat(stack.truth.coldMemories().demote(cold)).isEqualTo(30);
            assertThat(stack.tiered.planner().pass().recoded()).isEqualTo(30);
            assertThat(stack.truth.coldMemories().codebook(few.version())).isEmpty();
            assertThat(stack.truth.coldMemories().of(ANN))
                    .hasSize(30)
                    .noneMatch(one -> one.codebook() == few.version());
        }
    }

    /// The heap has read it before the database blanks it.
    @Test
    void aCodebookOfFewLeavesTheHeapWithAnErasure() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 30);
            stack.put(BEN, 0, 1);
            stack.settle();
            float[][] sample = stack.index.memories().sample(30, SEED);
            var few = stack.truth
                    .coldMemories()
                    .keep(
                            stack.encoder.version(),
                            sample.length,
                            ProductQuantiser.train(sample, stack.encoder.dimension(), SEED));
            byte[] codes = few.quantiser().encode(stack.encoder.encode(text(0)));
            stack.truth.coldMemories().demote(List.of(new Cold(id(ANN, 0), ANN, 1, few.version(), codes)));
            stack.settle();
            ErasurePlace heap = stack.tiered.codebooksErasure();
            assertThat(heap.remaining(new UserId("ben"))).as("not read yet").isZero();
            stack.tiered.pack(ANN);
            assertThat(heap.remaining(new UserId("ben"))).isEqualTo(1);
            // Left out, it stays.
            stack.truth.erasure(List.of(stack.index)).memory(id(BEN, 0));
            assertThat(heap.remaining(new UserId("ben"))).isEqualTo(1);
            ErasureReceipt receipt = stack.truth
                    .erasure(List.of(stack.tiered.erasurePlace(), heap, stack.index))
                    .user(new UserId("ben"));
            assertThat(receipt.places()).contains(new ErasureReceipt.Place("codebooks in the heap", 1, 0));
            assertThat(heap.remaining(new UserId("ben"))).isZero();
        }
    }

    @Test
    void aCodebookThatAnErasureBlankedIsReplaced() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 30);
            stack.put(BEN, 0, 1);
            stack.settle();
            float[][] sample = stack.index.memories().sample(30, SEED);
            var few = stack.truth
                    .coldMemories()
                    .keep(
                            stack.encoder.version(),
                            sample.length,
                            ProductQuantiser.train(sample, stack.encoder.dimension(), SEED));
            byte[] codes = few.quantiser().encode(stack.encoder.encode(text(0)));
            stack.truth.coldMemories().demote(List.of(new Cold(id(ANN, 0), ANN, 1, few.version(), codes)));
            stack.truth
                    .erasure(List.of(stack.tiered.erasurePlace(), stack.index))
                    .user(new UserId("ben"));
            assertThat(stack.truth
                            .coldMemories()
                            .newest(stack.encoder.version())
                            .orElseThrow()
                            .quantiser()
                            .values())
                    .as("blank")
                    .containsOnly(0f);
            assertThat(stack.tiered.planner().pass().recoded()).isEqualTo(1);
            assertThat(stack.truth
                            .coldMemories()
                            .newest(stack.encoder.version())
                            .orElseThrow()
                            .quantiser()
                            .values())
                    .as("of nobody's")
                    .satisfies(values -> assertThat(Arrays.equals(values, new float[values.length]))
                            .isFalse());
        }
    }

    @Test
    void aSubjectThatIsWrittenToIsLookedAtWithTheNextPass() throws Exception {
        try (Stack stack = stack()) {
            stack.put(BEN, 0, 3);
            stack.settle();
            stack.tiered.planner().pass();
            stack.put(ANN, 0, 405);
            stack.settle();
            assertThat(stack.tiered.planner().pass().crowded()).isEqualTo(5);
            assertThat(stack.cold(ANN)).hasSize(5);
            // Past the doors, as nobody should: found once a day.
            List<Memories.Write> writes = new ArrayList<>();
            for (int i = 405; i < 408; i++) {
                writes.add(new Memories.Write(memory(ANN, i), Actor.AGENT, "test"));
            }
            stack.truth.memories().put(writes);
            assertThat(stack.tiered.planner().pass().crowded()).isZero();
            now = START.plus(Duration.ofHours(25));
            assertThat(stack.tiered.planner().pass().crowded()).isEqualTo(3);
        }
    }

    /// The index is behind what went cold a moment ago; that must not be made cold twice over.
    @Test
    void theBudgetIsNotComparedWithAnIndexThatIsBehind() throws Exception {
        TierOptions small = new TierOptions(8 << 20, 1 << 20, Duration.ofDays(90), Duration.ofHours(1), 300, 1, SEED);
        try (Stack stack = new Stack(folder.resolve("data"), new HashingEncoder(), small)) {
            for (int user = 0; user < 8; user++) {
                stack.put(subject("u" + user), 0, 100);
            }
            stack.settle();
            long room = (1 << 20) / stack.index.memories().vectorBytes();
            for (int i = 0; i < 20; i++) {
                stack.tiered.planner().pass();
            }
            stack.settle();
            for (int i = 0; i < 20; i++) {
                stack.tiered.planner().pass();
            }
            stack.settle();
            assertThat(stack.index.memories().vectorCount()).isEqualTo(room);
        }
    }

    @Test
    void readsAreWrittenDownInBatches() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 3);
            for (int i = 0; i < 500; i++) {
                stack.tiered.active(ANN);
            }
            assertThat(stack.truth.coldMemories().accesses(ANN)).isEmpty();
            stack.tiered.planner().pass();
            assertThat(stack.truth.coldMemories().accesses(ANN)).singleElement().satisfies(access -> {
                assertThat(access.memory()).isNull();
                assertThat(access.weight()).isCloseTo(500, within(1e-6));
            });
            now = START.plus(Duration.ofDays(14));
            stack.recalled(ANN, text(1));
            stack.tiered.planner().pass();
            assertThat(stack.truth.coldMemories().accesses(ANN)).hasSizeGreaterThan(1);
            assertThat(stack.truth.coldMemories().accesses(ANN).getFirst().weight())
                    .isCloseTo(251, within(1e-6));
        }
    }

    @Test
    void aChangedMemoryIsWarmAndAForgottenOneLeavesNothing() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 3);
            stack.settle();
            stack.tiered.recall(ANN, text(1), 3, PATIENCE);
            now = START.plus(Duration.ofDays(200));
            stack.tiered.planner().close();
            now = START.plus(Duration.ofDays(400));
            assertThat(stack.tiered.planner().pass().idle()).isEqualTo(3);
            Memory first = stack.truth.memories().memory(id(ANN, 0)).orElseThrow();
            stack.tiered.put(List.of(new Memories.Write(
                    first.draft().text("likes something else").build(), Actor.AGENT, "test")));
            stack.tiered.forget(id(ANN, 1));
            assertThat(stack.cold(ANN)).containsExactly(id(ANN, 2));
            assertThat(stack.truth.coldMemories().accesses(ANN))
                    .noneMatch(access -> id(ANN, 1).equals(access.memory()));
            stack.settle();
            assertThat(stack.recalled(ANN, "something else")).contains("likes something else");
            truthErases(stack);
        }
    }

    private static void truthErases(Stack stack) {
        stack.truth.erasure(List.of(stack.tiered.erasurePlace(), stack.index)).user(new UserId("ann"));
        assertThat(stack.truth.coldMemories().of(ANN)).isEmpty();
        assertThat(stack.truth.coldMemories().accesses(ANN)).isEmpty();
        stack.tiered.planner().pass();
        assertThat(stack.truth.coldMemories().accesses(ANN)).isEmpty();
    }

    @Test
    void codesOfAnotherEncoderAreMadeAnew() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 30);
            stack.settle();
            now = START.plus(Duration.ofDays(91));
            assertThat(stack.tiered.planner().pass().idle()).isEqualTo(30);
        }
        TextEncoder other = new HashingEncoder(128, 5);
        try (Stack stack = new Stack(folder.resolve("data"), other, TIERS)) {
            assertThat(stack.tiered.planner().pass().recoded()).isEqualTo(30);
            assertThat(stack.truth.coldMemories().of(ANN)).allSatisfy(cold -> {
                assertThat(cold.codebook()).isEqualTo(2);
                assertThat(cold.codes()).hasSize(16);
            });
            assertThat(stack.recalled(ANN, text(9)).getFirst()).isEqualTo(text(9));
        }
    }

    /// Copies the data at every step of a demotion and a promotion, as a kill would leave it, and opens the copy.
    @Test
    void aKillBetweenTheStepsLeavesEveryMemoryFindable() throws Exception {
        List<String> steps = new ArrayList<>();
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 12);
            stack.settle();
            steps.add(copy("warm"));
            now = START.plus(Duration.ofDays(91));
            stack.tiered.planner().pass();
            steps.add(copy("demoted in the database"));
            stack.settle();
            steps.add(copy("demoted in the index"));
            stack.tiered.used(stack.tiered.pack(ANN).memories());
            steps.add(copy("wanted"));
            stack.tiered.planner().pass();
            steps.add(copy("promoted in the database"));
            stack.settle();
        }
        steps.add(copy("closed"));
        for (String step : steps) {
            try (Stack copy = new Stack(folder.resolve(step), new HashingEncoder(), TIERS)) {
                copy.settle();
                Set<MemoryId> cold = copy.cold(ANN);
                assertThat(copy.index.memories().vectorCount()).as(step).isEqualTo(12 - cold.size());
                for (int i = 0; i < 12; i++) {
                    assertThat(copy.recalled(ANN, text(i)).getFirst()).as(step).isEqualTo(text(i));
                    assertThat(copy.found("matter" + i, 12)).as(step).contains(text(i));
                }
            }
        }
    }

    private String copy(String step) throws IOException {
        copy(folder.resolve("data"), folder.resolve(step));
        return step;
    }

    /// A file that a merge removes meanwhile is one that the last commit of the index does not name.
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (String name : Objects.requireNonNull(from.toFile().list())) {
            if (Files.isDirectory(from.resolve(name))) {
                copy(from.resolve(name), to.resolve(name));
            } else if (!name.endsWith(".lock")) {
                try {
                    Files.copy(from.resolve(name), to.resolve(name));
                } catch (NoSuchFileException e) {
                    assertThat(from).hasFileName("memories");
                }
            }
        }
    }

    @Test
    void aPackIsKeptThroughTurnsAndMadeComplete() throws Exception {
        try (Stack stack = stack()) {
            stack.put(ANN, 0, 5);
            for (int turn = 0; turn < 6; turn++) {
                for (int read = 0; read < 3; read++) {
                    assertThat(stack.tiered.active(ANN)).hasSize(5 + turn);
                }
                stack.put(ANN, 5 + turn, 6 + turn);
            }
            TierStats hot = stack.tiered.stats().hot();
            assertThat(hot.entries()).isEqualTo(1);
            assertThat(hot.misses()).isEqualTo(6);
            assertThat(hot.hits()).isEqualTo(12);
            stack.tiered.active(ANN);
            stack.tiered.planner().pass();
            long misses = stack.tiered.stats().hot().misses();
            assertThat(stack.tiered.pack(ANN).complete()).isTrue();
            assertThat(stack.tiered.stats().hot().misses())
                    .as("made complete in the background")
                    .isEqualTo(misses);
            assertThat(stack.tiered.stats().hot().p99Micros()).isPositive();
        }
    }

    @Test
    void theProbeSeesWhatASearchFindsAndThePlannerRunsByItself() throws Exception {
        TierOptions often =
                new TierOptions(8 << 20, 1L << 30, Duration.ofDays(90), Duration.ofMillis(20), 1_000, 1, SEED);
        try (Stack stack = new Stack(folder.resolve("data"), new HashingEncoder(), often)) {
            stack.put(ANN, 0, 200);
            stack.settle();
            stack.tiered.planner().start();
            for (int i = 0; i < 5; i++) {
                stack.found(text(i), 10);
            }
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while ((stack.tiered.stats().recall().probes() < 3
                            || stack.truth.coldMemories().accesses(ANN).isEmpty())
                    && System.nanoTime() < deadline) {
                Thread.sleep(5);
            }
            stack.tiered.planner().close();
            TierReport.Recalled recall = stack.tiered.stats().recall();
            assertThat(recall.probes()).isBetween(3L, 5L);
            assertThat(recall.searches()).isEqualTo(5);
            assertThat(recall.recall()).isEqualTo(1);
            assertThat(stack.truth.coldMemories().accesses(ANN)).isNotEmpty();
        }
    }

    /// Until the old segments are rewritten the vectors stand in two formats, and each has its own count.
    @Test
    void theProbeTellsTheFormatsApartWhileOneTakesOver() throws Exception {
        Path root = folder.resolve("data");
        try (Stack old = new Stack(root, new HashingEncoder(), TIERS)) {
            old.put(ANN, 0, 300);
            old.settle();
        }
        var goOn = new CountDownLatch(1);
        Milestone.watch(reached -> {
            if (reached == Milestone.FORMAT_REWRITING) {
                try {
                    goOn.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        try (Stack stack = new Stack(root, new HashingEncoder(), TIERS, VectorFormat.FLOAT32)) {
            stack.put(BEN, 0, 300);
            stack.settle();
            assertThat(stack.tiered.stats().format()).isEqualTo(VectorFormat.FLOAT32);
            for (int i = 0; i < 12; i++) {
                stack.found(text(i), 10);
                stack.tiered.planner().pass();
            }
            TierReport.Recalled recall = stack.tiered.stats().recall();
            assertThat(recall.probes()).isPositive();
            assertThat(recall.formats())
                    .extracting(TierReport.OfFormat::format)
                    .containsExactly(VectorFormat.FLOAT32, VectorFormat.INT8);
            assertThat(recall.formats()).allSatisfy(one -> {
                assertThat(one.probes()).isBetween(1L, recall.probes());
                assertThat(one.found()).isPositive();
            });
            assertThat(recall.formats().stream()
                            .mapToDouble(one -> one.found() + one.missed())
                            .sum())
                    .as("ten a probe")
                    .isEqualTo(10.0 * recall.probes());
            goOn.countDown();
        } finally {
            goOn.countDown();
            Milestone.watch(null);
        }
    }
}
