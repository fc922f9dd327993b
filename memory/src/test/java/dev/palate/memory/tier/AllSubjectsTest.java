package dev.palate.memory.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryCondition.And;
import dev.palate.memory.memory.MemoryCondition.Comparison;
import dev.palate.memory.memory.MemoryCondition.Is;
import dev.palate.memory.memory.MemoryCondition.Not;
import dev.palate.memory.memory.MemoryCondition.Or;
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
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The search over all subjects against the truth scanned by hand.
class AllSubjectsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Moment NOW = new Moment(null, null);
    private static final List<String> THINGS =
            List.of("westerns", "slow horror", "space operas", "quiet dramas", "old musicals", "horror in space");

    private final HashingEncoder encoder = new HashingEncoder();
    private DataDirectory directory;
    private SqlTruth truth;
    private IndexChanges index;
    private TieredMemories tiered;
    private MemoryFinder finder;
    private Instant now = START;

    @BeforeEach
    void open(@TempDir Path folder) {
        directory = DataDirectory.open(folder.resolve("data"));
        truth = SqlTruth.open(directory, Clock.systemUTC());
        index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                encoder,
                IndexOptions.defaults());
        tiered = new TieredMemories(
                UsersFirst.of(truth), truth.coldMemories(), index, encoder, () -> now, new TierOptions(8 << 20));
        finder = new MemoryFinder(tiered, index, encoder, () -> now);
    }

    @AfterEach
    void close() {
        index.close();
        truth.close();
        directory.close();
    }

    private static Subject user(String id) {
        return new Subject.OfUser(new UserId(id));
    }

    private static Subject item(String id) {
        return new Subject.OfItem(new ItemId(id));
    }

    private Memory memory(String id, Subject subject, MemoryKind kind, String text, @Nullable Slot slot) {
        return Memory.fresh(
                new MemoryId(id),
                subject,
                kind,
                text,
                1,
                Trust.STATED,
                slot,
                List.of(new Evidence("operator", "", "I said " + text)),
                now);
    }

    private Memory put(Memory memory) {
        return tiered.put(List.of(new Memories.Write(memory, Actor.AGENT, "test")))
                .getFirst();
    }

    private void settle() throws InterruptedException {
        assertThat(index.awaitEncoded(PATIENCE)).isTrue();
    }

    private static SearchRequest request(
            String words,
            MemoryCondition condition,
            Moment moment,
            boolean settled,
            int limit,
            @Nullable String cursor) {
        return new SearchRequest(null, words, condition, moment, settled, 0, limit, cursor, PATIENCE);
    }

    private List<String> ids(String words, MemoryCondition condition) {
        return ids(finder.find(request(words, condition, NOW, true, 100, null)));
    }

    private static List<String> ids(SearchPage page) {
        return page.memories().stream().map(hit -> hit.memory().id().value()).toList();
    }

    private static Is is(MemoryField field, Comparable<?>... values) {
        return new Is(field, Comparison.IN, List.of(values));
    }

    @Test
    void findsTheMemoriesOfEveryoneWithTheirPartsAndThroughTheTruth() throws Exception {
        put(memory("a", user("ann"), MemoryKind.PREFERENCE, "loves slow horror", Slot.parse("genre:horror")));
        put(memory("b", user("ben"), MemoryKind.PREFERENCE, "likes quiet dramas", Slot.parse("genre:drama")));
        put(memory("c", item("i1"), MemoryKind.TRAIT, "a slow horror film", null));
        settle();
        SearchPage page = finder.find(request("slow horror", MemoryCondition.ANY, NOW, true, 10, null));
        assertThat(ids(page)).containsExactlyInAnyOrder("a", "c").startsWith("a");
        assertThat(page.degraded()).isEmpty();
        RecalledMemory best = page.memories().getFirst();
        assertThat(best.slot()).isEqualTo(1);
        assertThat(best.semantic()).isBetween(0.1, 1.0);
        assertThat(best.bm25()).isBetween(0.05, 1.0);
        assertThat(best.score())
                .isCloseTo(
                        (0.5 * best.semantic() + 0.3 * best.bm25() + 0.2 * best.slot()) * best.trust() * best.decay(),
                        within(1e-12));
        assertThat(ids("slow horror", is(MemoryField.SUBJECT_TYPE, "item"))).containsExactly("c");
        assertThat(ids("slow horror", new Not(is(MemoryField.SUBJECT_TYPE, "item"))))
                .containsExactly("a");
        tiered.forget(new MemoryId("a"));
        assertThat(ids("slow horror", MemoryCondition.ANY)).containsExactly("c");
        put(truth.memories()
                .memory(new MemoryId("c"))
                .orElseThrow()
                .draft()
                .muted(true)
                .build());
        assertThat(ids("slow horror", MemoryCondition.ANY)).isEmpty();
        assertThat(ids(" ?! ", MemoryCondition.ANY)).isEmpty();
    }

    @Test
    void everyConditionGivesWhatAScanOfTheTruthGives() throws Exception {
        List<Memory> all = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(20_260_101L);
        for (int i = 0; i < 120; i++) {
            MemoryKind kind = MemoryKind.values()[random.nextInt(4)];
            Subject subject = i % 5 == 0 ? item("i" + i % 7) : user("u" + i % 11);
            Slot slot = i % 3 == 0 ? null : Slot.parse((i % 2 == 0 ? "genre:g" : "tag:t") + i);
            Memory memory = memory("m" + (1_000 + i), subject, kind, "likes horror number" + i, slot)
                    .draft()
                    .trust(Trust.values()[random.nextInt(6)])
                    .status(i % 10 == 9 ? MemoryStatus.QUARANTINED : MemoryStatus.ACTIVE)
                    .muted(i % 13 == 0)
                    .locked(i % 4 == 0)
                    .language(i % 6 == 0 ? "de" : "en")
                    .strength(i / 120.0)
                    .build();
            all.add(put(memory));
        }
        settle();
        List<MemoryCondition> conditions = List.of(
                MemoryCondition.ANY,
                is(MemoryField.ID, "m1003", "m1005", "none"),
                is(MemoryField.USER_ID, "u3", "u4"),
                is(MemoryField.ITEM_ID, "i5"),
                new Is(MemoryField.USER_ID, Comparison.EXISTS, List.of(false)),
                new Not(is(MemoryField.USER_ID, "u1", "u2", "u3")),
                new Or(List.of(is(MemoryField.USER_ID, "u1"), is(MemoryField.ITEM_ID, "i0"))),
                new And(List.of(is(MemoryField.USER_ID, "u1"), new Not(is(MemoryField.KIND, "trait")))),
                new Is(MemoryField.EVIDENCE_TYPE, Comparison.EXISTS, List.of(true)),
                new Is(MemoryField.SUPERSEDED_BY, Comparison.EXISTS, List.of(false)),
                is(MemoryField.KIND, "preference", "episode"),
                is(MemoryField.TRUST, "stated"),
                is(MemoryField.FACET, "genre"),
                is(MemoryField.SLOT, "tag:t7", "genre:g4"),
                is(MemoryField.LANGUAGE, "de"),
                is(MemoryField.LOCKED, true),
                new Is(MemoryField.SLOT, Comparison.EXISTS, List.of(false)),
                new Is(MemoryField.SLOT, Comparison.CONTAINS, List.of("t1")),
                new Is(MemoryField.STRENGTH, Comparison.GT, List.of(0.7)),
                new Not(is(MemoryField.FACET, "genre")),
                new Not(new Is(MemoryField.STRENGTH, Comparison.LTE, List.of(0.5))),
                new Or(List.of(
                        is(MemoryField.LANGUAGE, "de"), new Is(MemoryField.STRENGTH, Comparison.LT, List.of(0.1)))),
                new Or(List.of(
                        is(MemoryField.SUBJECT_TYPE, "item"),
                        new And(List.of(is(MemoryField.KIND, "trait"), is(MemoryField.LOCKED, false))))),
                new Not(new Or(List.of(is(MemoryField.KIND, "trait"), is(MemoryField.SUBJECT_TYPE, "user")))),
                new Not(new And(List.of(
                        is(MemoryField.KIND, "trait"), new Is(MemoryField.STRENGTH, Comparison.GT, List.of(0.3))))));
        for (MemoryCondition condition : conditions) {
            Set<String> expected = new HashSet<>();
            all.stream()
                    .filter(memory -> memory.effectiveAt(now) && condition.holds(memory))
                    .forEach(memory -> expected.add(memory.id().value()));
            assertThat(new HashSet<>(ids("horror", condition)))
                    .as(condition.toString())
                    .isEqualTo(expected);
        }
        SearchPage unsettled =
                finder.find(request("horror", is(MemoryField.STATUS, "quarantined"), NOW, false, 100, null));
        assertThat(unsettled.memories())
                .hasSize(12)
                .allSatisfy(hit -> assertThat(hit.memory().status()).isEqualTo(MemoryStatus.QUARANTINED));
    }

    @Test
    void pagesGoOnWhereTheLastEndedWhateverIsWrittenMeanwhile() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        List<Memories.Write> writes = new ArrayList<>();
        for (int i = 0; i < 450; i++) {
            Memory memory = memory(
                            "m" + (1_000 + i),
                            user("u" + i % 40),
                            MemoryKind.PREFERENCE,
                            "likes " + THINGS.get(random.nextInt(THINGS.size())) + " and more" + i,
                            Slot.parse("tag:t" + i))
                    .draft()
                    .strength(random.nextDouble())
                    .build();
            writes.add(new Memories.Write(memory, Actor.AGENT, "test"));
        }
        tiered.put(writes);
        settle();
        List<RecalledMemory> seen = new ArrayList<>();
        @Nullable String cursor = null;
        int page = 0;
        do {
            SearchPage found = finder.find(request("space horror likes", MemoryCondition.ANY, NOW, true, 37, cursor));
            assertThat(found.degraded()).isEmpty();
            seen.addAll(found.memories());
            cursor = found.nextCursor();
            now = now.plusSeconds(3_600);
            put(memory("late" + page, user("zoe"), MemoryKind.PREFERENCE, "watches weather reports", null));
            settle();
            tiered.planner().pass();
            page++;
        } while (cursor != null);
        assertThat(seen)
                .extracting(hit -> hit.memory().id())
                .doesNotHaveDuplicates()
                .hasSize(450);
        Comparator<RecalledMemory> order = MemoryFinder.ORDER;
        int breaks = 0;
        for (int i = 1; i < seen.size(); i++) {
            breaks += order.compare(seen.get(i - 1), seen.get(i)) > 0 ? 1 : 0;
        }
        assertThat(breaks).as("the second round begins once").isLessThanOrEqualTo(1);
        assertThatThrownBy(() -> {
                    @Nullable
                    String first = finder.find(request("space", MemoryCondition.ANY, NOW, true, 2, null))
                            .nextCursor();
                    finder.find(request("horror", MemoryCondition.ANY, NOW, true, 2, first));
                })
                .isInstanceOf(MemoryException.class)
                .hasMessageContaining("cursor must be one that a page of this search returned");
    }

    @Test
    void whereTheIndexProposesNoMoreThanItsBoundThatIsSaid() throws Exception {
        for (int from = 0; from < 1_200; from += 400) {
            List<Memories.Write> writes = new ArrayList<>();
            for (int i = from; i < from + 400; i++) {
                Memory memory = memory("m" + i, user("u" + i), MemoryKind.EPISODE, "saw horror", null)
                        .draft()
                        .strength(i / 1_200.0)
                        .build();
                writes.add(new Memories.Write(memory, Actor.AGENT, "test"));
            }
            tiered.put(writes);
        }
        settle();
        MemoryCondition rare = new Is(MemoryField.STRENGTH, Comparison.GT, List.of(2.0));
        assertThat(finder.find(request("horror", rare, NOW, true, 10, null)).degraded())
                .containsExactly(SearchPage.DEPTH);
        assertThat(finder.find(request("horror", MemoryCondition.ANY, NOW, true, 10, null))
                        .degraded())
                .as("a full page is not degraded")
                .isEmpty();
    }

    @Test
    void atOtherMomentsWhatHeldAndWasKnownThenIsFound() throws Exception {
        Memory liked = put(memory("a", user("ann"), MemoryKind.PREFERENCE, "likes slow horror", null));
        Memory other = put(memory("b", user("ben"), MemoryKind.PREFERENCE, "likes horror musicals", null));
        Instant between = Instant.now();
        Thread.sleep(5);
        now = START.plus(Duration.ofDays(10));
        put(liked.draft()
                .status(MemoryStatus.SUPERSEDED)
                .validTo(now)
                .updatedAt(now)
                .build());
        put(other.draft()
                .text("likes horror operas")
                .locked(true)
                .updatedAt(now)
                .build());
        settle();
        Moment then = new Moment(START.plus(Duration.ofDays(5)), null);
        assertThat(ids(finder.find(request("horror", MemoryCondition.ANY, then, false, 10, null))))
                .containsExactlyInAnyOrder("a", "b");
        Moment later = new Moment(START.plus(Duration.ofDays(11)), null);
        assertThat(ids(finder.find(request("horror", MemoryCondition.ANY, later, false, 10, null))))
                .containsExactly("b");
        SearchPage known = finder.find(
                request("horror", is(MemoryField.LOCKED, false), new Moment(null, between), false, 10, null));
        assertThat(known.memories())
                .extracting(hit -> hit.memory().text())
                .containsExactlyInAnyOrder("likes slow horror", "likes horror musicals");
        tiered.forget(new MemoryId("a"));
        assertThat(ids(finder.find(request("horror", MemoryCondition.ANY, new Moment(null, between), false, 10, null))))
                .as("forgotten at every time")
                .containsExactly("b");
    }

    @Test
    void pagesOfAnotherMomentGoOnThoughMemoriesChangeAndGo() {
        Memory seventh = memory("m7", user("ann"), MemoryKind.PREFERENCE, "likes horror", null);
        for (int i = 0; i < 9; i++) {
            now = START.plusSeconds(i);
            Memory made = put(memory("m" + i, user("ann"), MemoryKind.PREFERENCE, "likes horror " + i, null));
            seventh = i == 7 ? made : seventh;
        }
        Moment then = new Moment(START.plus(Duration.ofDays(1)), null);
        Page<Memory> first = finder.page(user("ann"), then, memory -> true, null, 3);
        assertThat(first.items()).extracting(memory -> memory.id().value()).containsExactly("m8", "m7", "m6");
        tiered.forget(new MemoryId("m6"));
        now = START.plus(Duration.ofHours(1));
        put(seventh.draft().strength(0.9).updatedAt(now).build());
        Page<Memory> second = finder.page(user("ann"), then, memory -> true, first.nextCursor(), 3);
        assertThat(second.items()).extracting(memory -> memory.id().value()).containsExactly("m5", "m4", "m3");
        Page<Memory> third = finder.page(user("ann"), then, memory -> true, second.nextCursor(), 3);
        assertThat(third.items()).extracting(memory -> memory.id().value()).containsExactly("m2", "m1", "m0");
        assertThat(third.nextCursor()).isNull();
        assertThatThrownBy(() -> finder.page(user("ann"), then, memory -> true, "m5", 3))
                .hasMessageContaining("cursor must be one that a page of this listing returned, was m5");
    }

    @Test
    void coldMemoriesAreFoundByTheirWordsAndScoredByTheirCodes() throws Exception {
        for (int i = 0; i < 30; i++) {
            put(memory("m" + (10 + i), user("u" + i), MemoryKind.PREFERENCE, "likes horror thing" + i, null));
        }
        settle();
        now = START.plus(Duration.ofDays(120));
        assertThat(tiered.planner().pass().idle()).isEqualTo(30);
        settle();
        SearchPage page = finder.find(request("horror thing3", MemoryCondition.ANY, NOW, true, 3, null));
        assertThat(ids(page)).startsWith("m13");
        assertThat(page.degraded()).isEmpty();
        assertThat(page.memories().getFirst().semantic()).isPositive();
        assertThat(tiered.planner().pass().promoted())
                .as("what is found is used")
                .isEqualTo(3);
    }
}
