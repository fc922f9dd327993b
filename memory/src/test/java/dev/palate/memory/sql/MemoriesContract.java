package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Page;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

abstract class MemoriesContract extends TruthContract {
    private static final Subject OF_ANN = new Subject.OfUser(ANN);
    private static final Actor OPERATOR = new Actor("operator:k1");

    private Memory put(Memory memory, Actor actor) {
        return memories()
                .put(List.of(new Memories.Write(memory, actor, "test")))
                .getFirst();
    }

    @Test
    void everyFieldComesBackWithItsRevisions() {
        Memory first = put(likes("m1", ANN, "horror"), Actor.AGENT);
        assertThat(first)
                .isEqualTo(likes("m1", ANN, "horror").draft().revision(1).build());
        Memory second = put(
                first.draft()
                        .text("Loves horror")
                        .strength(0.8)
                        .muted(true)
                        .validTo(NOW.plusSeconds(60))
                        .supersededBy(new MemoryId("m9"))
                        .status(MemoryStatus.SUPERSEDED)
                        .slot(null)
                        .build(),
                new Actor("user:ann"));
        reopen();
        assertThat(truth().memories().memory(first.id())).contains(second);
        List<Revision> history = truth().memories().history(first.id());
        assertThat(history).extracting(Revision::state).containsExactly(first, second);
        assertThat(history).extracting(Revision::actor).containsExactly(Actor.AGENT, new Actor("user:ann"));
        assertThat(history).extracting(Revision::cause).containsOnly("test");
    }

    @Test
    void whatIsPastItsTimeExpiresInSlicesEachAsARevision() {
        // By the database's own clock.
        Memory open = put(likes("open", ANN, "drama"), OPERATOR);
        Instant now = truth().memories().history(open.id()).getFirst().recordedAt();
        for (int i = 0; i < 12; i++) {
            put(
                    ending("m" + i, now.minusSeconds(100 - i))
                            .draft()
                            .locked(i == 3)
                            .build(),
                    OPERATOR);
        }
        Memory later = put(ending("later", now.plusSeconds(86_400)), OPERATOR);
        assertThat(truth().memories()
                        .page(MemoryFilter.active(OF_ANN), null, 100)
                        .items())
                .as("not in force, though nothing has said so yet")
                .containsExactlyInAnyOrder(open, later);
        var past = new MemoryFilter(OF_ANN, Set.of(), Set.of(MemoryStatus.EXPIRED), null);
        assertThat(truth().memories().page(past, null, 100).items()).hasSize(12);
        var both = new MemoryFilter(OF_ANN, Set.of(), Set.of(MemoryStatus.EXPIRED, MemoryStatus.ACTIVE), null);
        assertThat(truth().memories().page(both, null, 100).items()).hasSize(14);
        ChangeNumber before = truth().changes().latest();

        assertThat(truth().memories().expire(now.minusSeconds(200), 5)).isEmpty();
        List<Memory> first = truth().memories().expire(now, 5);
        assertThat(first)
                .as("the earliest end first")
                .extracting(memory -> memory.id().value())
                .containsExactly("m0", "m1", "m2", "m3", "m4");
        reopen();
        assertThat(truth().memories().expire(now, 500)).hasSize(7).allSatisfy(memory -> {
            assertThat(memory.status()).isEqualTo(MemoryStatus.EXPIRED);
            assertThat(memory.updatedAt()).isEqualTo(now);
            assertThat(truth().memories().memory(memory.id())).contains(memory);
        });
        assertThat(truth().memories().expire(now, 500)).as("each once").isEmpty();
        assertThat(truth().memories().page(past, null, 100).items()).hasSize(12);
        assertThat(truth().memories().standing(OF_ANN)).containsExactlyInAnyOrder(open, later);
        List<Revision> history = truth().memories().history(new MemoryId("m3"));
        assertThat(history).hasSize(2);
        assertThat(history.getLast().actor()).isEqualTo(Actor.SYSTEM);
        assertThat(history.getLast().cause()).isEqualTo(Memories.ENDED);
        assertThat(history.getLast().state().locked()).isTrue();
        assertThat(truth().changes().after(before, 100).stream().map(Change::type))
                .as("the index follows")
                .hasSize(12)
                .containsOnly(Change.Type.MEMORY);
        Instant known = history.getFirst().recordedAt();
        assertThat(truth().memories().memory(new MemoryId("m3"), known))
                .as("as it was known")
                .hasValueSatisfying(memory -> assertThat(memory.status()).isEqualTo(MemoryStatus.ACTIVE));
        Memory over = truth().memories().memory(new MemoryId("m3")).orElseThrow();
        assertThat(new Moment(now.minusSeconds(98), null).held(over))
                .as("it held while it held")
                .isTrue();
        assertThat(new Moment(now, null).held(over)).isFalse();
    }

    private static Memory ending(String id, Instant end) {
        return Memory.fresh(
                        new MemoryId(id),
                        OF_ANN,
                        MemoryKind.EPISODE,
                        "Watches with a friend, " + id,
                        0,
                        Trust.STATED,
                        null,
                        List.of(),
                        end.minusSeconds(1_000))
                .draft()
                .validTo(end)
                .build();
    }

    @Test
    void manyAreReadInOneGoAsTheyAreAndAsTheyWere() {
        List<Memory> stored = new ArrayList<>();
        List<MemoryId> ids = new ArrayList<>(List.of(new MemoryId("none")));
        for (int i = 0; i < 620; i++) {
            stored.add(put(likes("m" + i, ANN, "thing " + i), Actor.AGENT));
            ids.add(stored.get(i).id());
        }
        Instant before =
                truth().memories().history(new MemoryId("m619")).getFirst().recordedAt();
        Memory changed =
                put(stored.get(7).draft().status(MemoryStatus.SUPERSEDED).build(), OPERATOR);
        assertThat(truth().memories().memories(ids))
                .hasSize(620)
                .containsEntry(changed.id(), changed)
                .containsEntry(stored.get(619).id(), stored.get(619));
        assertThat(truth().memories().memories(List.of())).isEmpty();
        assertThat(truth().memories()
                        .memories(List.of(new MemoryId("m7"), new MemoryId("m8")), before.minusSeconds(3_600)))
                .as("not yet written")
                .isEmpty();
        assertThat(truth().memories().memories(ids, changedAt(changed)))
                .hasSize(620)
                .containsEntry(changed.id(), changed);
    }

    private Instant changedAt(Memory memory) {
        return truth().memories().history(memory.id()).getLast().recordedAt();
    }

    @Test
    void aStaleRevisionIsRefusedAndTakesTheWholeCallWithIt() {
        Memory stored = put(likes("m1", ANN, "horror"), Actor.AGENT);
        put(stored.draft().strength(0.9).build(), Actor.AGENT);
        List<Memories.Write> writes = List.of(
                new Memories.Write(likes("m2", ANN, "drama"), Actor.AGENT, ""),
                new Memories.Write(stored.draft().strength(0.1).build(), Actor.AGENT, ""));
        assertThatThrownBy(() -> memories().put(writes))
                .isInstanceOf(MemoryException.class)
                .hasMessage("memory m1 is at revision 2, the write was made at 1; read it again and repeat the change")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.REVISION_CONFLICT);
        assertThat(truth().memories().memory(new MemoryId("m2"))).isEmpty();
        assertThat(truth().changes().latest()).isEqualTo(new ChangeNumber(2));
        assertThatThrownBy(() -> put(likes("m1", ANN, "horror"), Actor.AGENT)).hasMessageContaining("is at revision 2");
    }

    @Test
    void aLockedMemoryIsOnlyForOperators() {
        Memory stored = put(likes("m1", ANN, "horror").draft().locked(true).build(), OPERATOR);
        assertThatThrownBy(() -> put(stored.draft().strength(0.9).build(), Actor.AGENT))
                .isInstanceOf(MemoryException.class)
                .hasMessage("memory m1 is locked, only an operator may change it, actor was agent")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.LOCKED);
        assertThat(put(stored.draft().locked(false).build(), OPERATOR).revision())
                .isEqualTo(2);
    }

    @Test
    void theActiveOnesAreOldestFirst() {
        Memory second = put(at(likes("m1", ANN, "horror"), 2), Actor.AGENT);
        Memory first = put(at(likes("m2", ANN, "drama"), 1), Actor.AGENT);
        put(likes("m3", ANN, "war").draft().status(MemoryStatus.QUARANTINED).build(), Actor.AGENT);
        put(likes("m4", BEN, "war"), Actor.AGENT);
        assertThat(truth().memories().active(OF_ANN)).containsExactly(first, second);
        assertThat(truth().memories().count()).isEqualTo(3);
    }

    private static Memory at(Memory memory, long seconds) {
        return Memory.fresh(
                memory.id(),
                memory.subject(),
                memory.kind(),
                memory.text(),
                memory.polarity(),
                memory.trust(),
                memory.slot(),
                memory.evidence(),
                NOW.plusSeconds(seconds));
    }

    @Test
    void aListingFiltersAndPagesNewestChangeFirst() {
        IntStream.range(0, 30).forEach(i -> put(at(likes("m" + (100 + i), ANN, "genre" + i), i / 4), Actor.AGENT));
        put(likes("x", BEN, "100% _jazz_!"), Actor.AGENT);
        List<String> paged = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            Page<Memory> page = truth().memories().page(MemoryFilter.active(OF_ANN), cursor, 7);
            page.items().forEach(memory -> paged.add(memory.id().value()));
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(paged)
                .isEqualTo(IntStream.range(0, 30).mapToObj(i -> "m" + (129 - i)).toList());
        assertThat(ids("LOVE GENRE7")).containsExactly("m107");
        assertThat(ids("0% _j")).containsExactly("x");
        assertThat(ids("0_ _j")).isEmpty();
        assertThat(truth().memories()
                        .page(new MemoryFilter(null, Set.of(MemoryKind.TRAIT), Set.of(), null), null, 10)
                        .items())
                .isEmpty();
    }

    private List<String> ids(String words) {
        return truth().memories().page(new MemoryFilter(null, Set.of(), Set.of(), words), null, 100).items().stream()
                .map(memory -> memory.id().value())
                .toList();
    }

    @Test
    void forgettingLeavesNoRevisionAndSaysSoInTheFeed() {
        Memory stored = put(likes("m1", ANN, "horror"), Actor.AGENT);
        assertThat(truth().memories().forget(stored.id())).isTrue();
        assertThat(truth().memories().forget(stored.id())).isFalse();
        assertThat(truth().memories().memory(stored.id())).isEmpty();
        assertThat(truth().memories().history(stored.id())).isEmpty();
        assertThat(truth().outbox().after(0, 10)).singleElement().satisfies(note -> {
            assertThat(note.subjectId()).isEqualTo("ann");
            assertThat(note.payloadId()).as("which one says nobody").isEmpty();
        });
        assertThat(truth().changes().after(ChangeNumber.NONE, 10))
                .containsExactly(new Change(new ChangeNumber(2), Change.Type.MEMORY, "m1", 0));
    }

    @Test
    void ofManyWritesEachStandsForItself() {
        Memory stale = put(likes("m1", ANN, "horror"), Actor.AGENT);
        Memory next = put(stale.draft().strength(0.9).build(), Actor.AGENT);
        Memory locked = put(likes("m2", ANN, "drama").draft().locked(true).build(), OPERATOR);
        Memory orphan = likes("m3", ANN, "war")
                .draft()
                .evidence(List.of(new Evidence("memory", "gone", "")))
                .build();
        List<Memories.Write> writes = new ArrayList<>();
        for (Memory memory : List.of(stale, locked, orphan)) {
            writes.add(new Memories.Write(memory, Actor.SYSTEM, ""));
        }
        IntStream.range(0, 30)
                .forEach(i -> writes.add(new Memories.Write(likes("n" + i, BEN, "genre " + i), Actor.SYSTEM, "")));
        List<Memory> written = memories().putEach(writes);
        assertThat(written).hasSize(30).allSatisfy(memory -> {
            assertThat(memory.revision()).isEqualTo(1);
            assertThat(truth().memories().memory(memory.id())).contains(memory);
        });
        assertThat(truth().memories().memory(stale.id())).contains(next);
        assertThat(truth().memories().memory(orphan.id())).isEmpty();
        assertThat(truth().memories()
                        .putEach(List.of(
                                new Memories.Write(next, Actor.SYSTEM, ""),
                                new Memories.Write(orphan, Actor.SYSTEM, ""))))
                .as("a short list")
                .extracting(Memory::revision)
                .containsExactly(3L);
    }

    @Test
    void whoLikesAnItemIsToBeCountedAgain() {
        Memory liked = put(
                likes("m1", ANN, "horror")
                        .draft()
                        .slot(new Slot("title", "Alien"))
                        .build(),
                Actor.AGENT);
        Memory other = put(liked.draft().slot(new Slot("title", "heat")).build(), Actor.AGENT);
        put(other.draft().slot(null).build(), Actor.AGENT);
        truth().memories().forget(liked.id());
        assertThat(truth().outbox().after(0, 20).stream()
                        .filter(note -> note.topic().equals("opinion"))
                        .map(note -> note.subjectType() + "/" + note.subjectId() + note.payloadId()))
                .containsExactly("item/alien", "item/alien", "item/heat", "item/heat");
    }

    @Test
    void theSlotOfAnItemsMemoryComesBack() {
        Memory ofItem = Memory.fresh(
                new MemoryId("i"),
                Subject.of("item", "42"),
                MemoryKind.THEME,
                "slow",
                0,
                dev.palate.memory.memory.Trust.PROPAGATED,
                null,
                List.of(),
                NOW);
        assertThat(put(ofItem, Actor.SYSTEM).subject()).isEqualTo(Subject.of("item", "42"));
        assertThat(truth().users().count()).isZero();
    }

    @Test
    void memoriesAreKnownAsTheyWereAtATime() {
        Memories memories = truth().memories();
        Memory first = put(likes("m1", ANN, "horror"), Actor.AGENT);
        Instant between = memories.history(first.id()).getFirst().recordedAt();
        Memory second = put(
                first.draft()
                        .text("Adores horror")
                        .status(MemoryStatus.SUPERSEDED)
                        .build(),
                Actor.AGENT);
        Memory other = put(likes("m2", ANN, "comedy"), Actor.AGENT);
        put(likes("m3", BEN, "drama"), Actor.AGENT);

        assertThat(memories.memory(first.id(), between)).contains(first);
        assertThat(memories.memory(first.id(), between.plusSeconds(3_600))).contains(second);
        assertThat(memories.memory(first.id(), between.minusSeconds(3_600))).isEmpty();
        Subject ann = new Subject.OfUser(ANN);
        assertThat(memories.states(ann, between)).containsExactly(first);
        assertThat(memories.states(ann, between.minusSeconds(3_600))).isEmpty();
        assertThat(memories.states(ann, null)).containsExactlyInAnyOrder(second, other);

        memories.forget(first.id());
        assertThat(memories.memory(first.id(), between))
                .as("forgotten at every time")
                .isEmpty();
        assertThat(memories.states(ann, between)).isEmpty();
    }
}
