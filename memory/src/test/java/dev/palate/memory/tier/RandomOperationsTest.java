package dev.palate.memory.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The store against plain maps: random operations, tiers as small as they go, restarts between.
class RandomOperationsTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_101L);
    private static final int SUBJECTS = 60;
    private static final int MOST_MEMORIES = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final IndexOptions INDEX =
            new IndexOptions(VectorFormat.INT8, 1, Duration.ofSeconds(5), 2_000, 100, Duration.ofMillis(50));
    private static final TierOptions TIERS =
            new TierOptions(1 << 20, 1 << 20, Duration.ofMinutes(2), Duration.ofHours(1), 200, 50, SEED);

    @TempDir
    Path folder;

    /// Goes on by a millisecond each time it is asked.
    private static final class Ticking extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public synchronized Instant instant() {
            now = now.plusMillis(1);
            return now;
        }

        synchronized void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Store implements AutoCloseable {
        final DataDirectory directory;
        final SqlTruth truth;
        final IndexChanges index;
        final TieredMemories tiered;

        Store(Path root, Clock clock) {
            directory = DataDirectory.open(root);
            truth = SqlTruth.open(directory, clock);
            var encoder = new HashingEncoder();
            index = IndexChanges.open(
                    directory.root(),
                    new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                    encoder,
                    INDEX);
            tiered = new TieredMemories(UsersFirst.of(truth), truth.coldMemories(), index, encoder, clock, TIERS);
        }

        @Override
        public void close() {
            index.close();
            truth.close();
            directory.close();
        }
    }

    private final Ticking clock = new Ticking();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<MemoryId, List<Revision>> model = new HashMap<>();
    private final List<MemoryId> ids = new ArrayList<>();
    private @Nullable Store opened;
    private int made;
    private int step;

    @Test
    void threeThousandStepsAgreeWithPlainMaps() {
        run(3_000);
    }

    @Test
    @Tag("long")
    void aMillionStepsAgreeWithPlainMaps() {
        run(1_000_000);
    }

    private Store store() {
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        return opened;
    }

    private void run(int steps) {
        System.out.println("random operations, seed " + SEED + ", steps " + steps);
        opened = new Store(folder.resolve("data"), clock);
        Map<String, Integer> done = new HashMap<>();
        try {
            for (step = 0; step < steps; step++) {
                done.merge(oneStep(), 1, Integer::sum);
                if (step % 100_000 == 99_999) {
                    System.out.println("step " + (step + 1) + ", memories " + ids.size());
                }
            }
            compareAll();
            System.out.println(
                    "done: " + done + ", cold " + store().truth.coldMemories().count());
        } finally {
            store().close();
        }
    }

    private String oneStep() {
        int dice = random.nextInt(10_000);
        if (ids.isEmpty() || dice < 3_000 && ids.size() < MOST_MEMORIES) {
            return add();
        }
        if (dice < 4_500) {
            return random.nextInt(12) == 0 ? end() : edit();
        }
        if (dice < 5_000) {
            return supersede();
        }
        if (dice < 6_200) {
            return forget();
        }
        if (dice < 6_210) {
            return erase();
        }
        if (dice < 7_500) {
            return active();
        }
        if (dice < 8_700) {
            return one();
        }
        if (dice < 9_400) {
            return recall();
        }
        if (dice < 9_700) {
            return knownAt();
        }
        if (dice < 9_900) {
            return page();
        }
        if (dice < 9_990) {
            return plan();
        }
        return dice == 9_999 && random.nextInt(10) == 0 ? reopen() : plan();
    }

    private String where() {
        return "seed " + SEED + ", step " + step;
    }

    private Subject subject() {
        return new Subject.OfUser(new UserId("user" + random.nextInt(SUBJECTS)));
    }

    private Memory pick() {
        return latest(ids.get(random.nextInt(ids.size())));
    }

    private Memory latest(MemoryId id) {
        return revisions(id).getLast().state();
    }

    private List<Revision> revisions(MemoryId id) {
        return Objects.requireNonNull(model.get(id));
    }

    private List<Memory> ofModel(Subject subject) {
        return ids.stream()
                .map(this::latest)
                .filter(memory -> memory.subject().equals(subject))
                .toList();
    }

    private Memory fresh(Subject subject) {
        int number = made++;
        return Memory.fresh(
                        new MemoryId("m" + String.format("%08d", number)),
                        subject,
                        MemoryKind.values()[random.nextInt(3)],
                        "likes subject" + random.nextInt(50) + " and matter" + number,
                        random.nextDouble(-1, 1),
                        Trust.STATED,
                        random.nextBoolean() ? null : new Slot("tag", "value" + number),
                        List.of(new Evidence("message", "t" + number, "I like matter" + number)),
                        clock.instant())
                .draft()
                .strength(random.nextDouble())
                .build();
    }

    private List<Memory> put(Memory... memories) {
        List<Memories.Write> writes = new ArrayList<>();
        for (Memory memory : memories) {
            writes.add(new Memories.Write(memory, Actor.AGENT, "step"));
        }
        List<Memory> stored = store().tiered.put(writes);
        for (Memory memory : stored) {
            List<Revision> history = store().truth.memories().history(memory.id());
            Revision newest = history.getLast();
            assertThat(newest.state()).as(where()).isEqualTo(memory);
            model.computeIfAbsent(memory.id(), id -> {
                        ids.add(id);
                        return new ArrayList<>();
                    })
                    .add(newest);
        }
        return stored;
    }

    private String add() {
        Memory fresh = fresh(subject());
        Memory stored = put(fresh).getFirst();
        assertThat(stored).as(where()).isEqualTo(fresh.draft().revision(1).build());
        return "add";
    }

    private String edit() {
        Memory memory = pick();
        put(memory.draft()
                .text(
                        random.nextBoolean()
                                ? memory.text()
                                : "prefers subject" + random.nextInt(50) + " matter" + made++)
                .strength(random.nextDouble())
                .muted(random.nextInt(10) == 0)
                .updatedAt(clock.instant())
                .build());
        return "edit";
    }

    /// The memory's time is over from now on; a pass says so later.
    private String end() {
        Memory memory = pick();
        put(memory.draft().validTo(clock.instant()).updatedAt(clock.instant()).build());
        return "end";
    }

    private String supersede() {
        Memory old = pick();
        Memory fresh = fresh(old.subject());
        put(
                old.draft()
                        .status(MemoryStatus.SUPERSEDED)
                        .validTo(clock.instant())
                        .supersededBy(fresh.id())
                        .updatedAt(clock.instant())
                        .build(),
                fresh);
        return "supersede";
    }

    private String forget() {
        MemoryId id = pick().id();
        assertThat(store().tiered.forget(id)).as(where()).isTrue();
        model.remove(id);
        ids.remove(id);
        assertThat(store().tiered.memory(id)).as(where()).isEmpty();
        return "forget";
    }

    private String erase() {
        Subject subject = subject();
        store().truth.erasure(List.of(store().tiered.erasurePlace())).user(((Subject.OfUser) subject).user());
        for (Memory memory : ofModel(subject)) {
            model.remove(memory.id());
            ids.remove(memory.id());
        }
        return "erase";
    }

    private static List<Memory> oldestFirst(List<Memory> memories) {
        return memories.stream()
                .sorted(Comparator.comparing(Memory::createdAt).thenComparing(Memory::id))
                .toList();
    }

    private String active() {
        Subject subject = subject();
        List<Memory> expected = oldestFirst(ofModel(subject).stream()
                .filter(memory -> memory.status() == MemoryStatus.ACTIVE && memory.validTo() == null)
                .toList());
        assertThat(store().tiered.active(subject)).as(where()).isEqualTo(expected);
        return "active";
    }

    private String one() {
        Memory memory = pick();
        assertThat(store().tiered.memory(memory.id())).as(where()).contains(memory);
        return "memory";
    }

    private String recall() {
        Memory memory = pick();
        String matter = memory.text().substring(memory.text().lastIndexOf("matter"));
        Set<MemoryId> allowed = ofModel(memory.subject()).stream()
                .filter(other -> other.effectiveAt(clock.instant()))
                .map(Memory::id)
                .collect(Collectors.toSet());
        List<RecalledMemory> found =
                store().tiered.recall(memory.subject(), matter, 400, PATIENCE).memories();
        assertThat(found).as(where()).allSatisfy(hit -> {
            assertThat(allowed).contains(hit.memory().id());
            assertThat(hit.memory()).isEqualTo(latest(hit.memory().id()));
        });
        if (allowed.contains(memory.id())) {
            assertThat(found).as(where()).extracting(hit -> hit.memory().id()).contains(memory.id());
        }
        return "recall";
    }

    private String knownAt() {
        Memory some = pick();
        List<Revision> history = revisions(some.id());
        Instant time = history.get(random.nextInt(history.size())).recordedAt();
        Map<MemoryId, Memory> expected = new HashMap<>();
        for (Memory memory : ofModel(some.subject())) {
            for (Revision revision : revisions(memory.id())) {
                if (!revision.recordedAt().isAfter(time)) {
                    expected.put(memory.id(), revision.state());
                }
            }
        }
        assertThat(store().tiered.states(some.subject(), time))
                .as(where())
                .containsExactlyInAnyOrderElementsOf(expected.values());
        assertThat(store().tiered.history(some.id())).as(where()).isEqualTo(history);
        return "known at";
    }

    private String page() {
        Subject subject = subject();
        List<Memory> expected = ofModel(subject).stream()
                .sorted(Comparator.comparing(Memory::updatedAt)
                        .thenComparing(Memory::id)
                        .reversed())
                .toList();
        MemoryFilter filter = new MemoryFilter(subject, Set.of(), Set.of(), null);
        List<Memory> seen = new ArrayList<>();
        String cursor = null;
        do {
            var page = store().tiered.page(filter, cursor, 17);
            seen.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(seen).as(where()).isEqualTo(expected);
        return "page";
    }

    private String plan() {
        clock.forward(Duration.ofSeconds(random.nextInt(60)));
        List<Memory> ended = ids.stream()
                .map(this::latest)
                .filter(memory -> memory.status() == MemoryStatus.ACTIVE && memory.validTo() != null)
                .toList();
        assertThat(store().tiered.planner().pass().expired()).as(where()).isEqualTo(ended.size());
        for (Memory memory : ended) {
            Revision newest = store().truth.memories().history(memory.id()).getLast();
            assertThat(newest.state().status()).as(where()).isEqualTo(MemoryStatus.EXPIRED);
            assertThat(newest.state().revision()).as(where()).isEqualTo(memory.revision() + 1);
            revisions(memory.id()).add(newest);
        }
        return "plan";
    }

    private String reopen() {
        store().close();
        opened = new Store(folder.resolve("data"), clock);
        return "reopen";
    }

    private void compareAll() {
        for (int i = 0; i < SUBJECTS; i++) {
            Subject subject = new Subject.OfUser(new UserId("user" + i));
            assertThat(store().tiered.states(subject, null))
                    .as(where())
                    .containsExactlyInAnyOrderElementsOf(ofModel(subject));
        }
        assertThat(store().tiered.count())
                .isEqualTo(ids.stream()
                        .filter(id -> latest(id).status() == MemoryStatus.ACTIVE)
                        .count());
        assertThat(awaited()).isTrue();
        assertThat(store().index.memories().count()).as("the index agrees").isEqualTo(ids.size());
    }

    private boolean awaited() {
        try {
            return store().index.awaitApplied(store().truth.changes().latest(), PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
