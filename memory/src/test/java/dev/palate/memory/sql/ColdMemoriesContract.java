package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.ColdMemories.Access;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.vector.ProductQuantiser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What every store of cold memories does.
abstract class ColdMemoriesContract extends TruthContract {
    private static final Subject OF_ANN = new Subject.OfUser(ANN);
    private static final byte[] CODES = {1, 2, -3};

    private Memory put(Memory memory) {
        return memories()
                .put(List.of(new Memories.Write(memory, Actor.AGENT, "test")))
                .getFirst();
    }

    private static Cold cold(Memory memory, long codebook) {
        return new Cold(memory.id(), memory.subject(), memory.revision(), codebook, CODES);
    }

    private long codebook() {
        SplittableRandom random = new SplittableRandom(1);
        float[][] rows = new float[300][16];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextDouble(-1, 1);
            }
        }
        return truth().coldMemories()
                .keep("test-encoder", rows.length, ProductQuantiser.train(rows, 16, 1))
                .version();
    }

    @Test
    void aMemoryGoesColdAndWarmAsAChange() {
        ColdMemories cold = truth().coldMemories();
        long codebook = codebook();
        Memory memory = put(likes("m1", ANN, "horror"));
        ChangeNumber before = truth().changes().latest();

        assertThat(cold.demote(List.of(cold(memory, codebook)))).isEqualTo(1);
        assertThat(truth().changes().latest().value()).isEqualTo(before.value() + 1);
        assertThat(cold.demote(List.of(cold(memory, codebook))))
                .as("it is cold already")
                .isZero();
        assertThat(truth().changes().latest().value()).isEqualTo(before.value() + 1);
        reopen();
        cold = truth().coldMemories();
        assertThat(cold.of(OF_ANN)).singleElement().satisfies(found -> {
            assertThat(found.memory()).isEqualTo(memory.id());
            assertThat(found.subject()).isEqualTo(OF_ANN);
            assertThat(found.revision()).isEqualTo(1);
            assertThat(found.codebook()).isEqualTo(codebook);
            assertThat(found.codes()).isEqualTo(CODES);
        });
        assertThat(cold.count()).isEqualTo(1);
        assertThat(cold.among(List.of(memory.id(), new MemoryId("none")))).containsExactly(memory.id());
        assertThat(cold.of(List.of(memory.id(), new MemoryId("none"))))
                .singleElement()
                .satisfies(found -> assertThat(found.codes()).isEqualTo(CODES));
        assertThat(cold.uses(List.of(memory.id()))).isEmpty();
        cold.add(List.of(new Access(OF_ANN, memory.id(), NOW, 2), new Access(OF_ANN, null, NOW.plusSeconds(1), 1)), 60);
        assertThat(cold.uses(List.of(memory.id(), new MemoryId("none"))))
                .containsOnlyKeys(memory.id())
                .containsEntry(memory.id(), new Access(OF_ANN, memory.id(), NOW, 2));
        assertThat(cold.behind(codebook, 10)).isEmpty();
        assertThat(cold.behind(codebook + 1, 10)).hasSize(1);
        assertThat(truth().memories().active(OF_ANN)).as("cold is active").containsExactly(memory);

        assertThat(cold.promote(List.of(memory.id(), new MemoryId("none")))).isEqualTo(1);
        assertThat(cold.promote(List.of(memory.id()))).isZero();
        assertThat(cold.count()).isZero();
        assertThat(truth().changes().latest().value()).isEqualTo(before.value() + 2);
    }

    @Test
    void onlyTheActiveStateThatTheCodesAreOfGoesCold() {
        ColdMemories cold = truth().coldMemories();
        long codebook = codebook();
        Memory first = put(likes("m1", ANN, "horror"));
        Memory second = put(first.draft().text("Adores horror").build());
        assertThat(cold.demote(List.of(cold(first, codebook))))
                .as("changed since")
                .isZero();
        assertThat(cold.demote(List.of(cold(second, codebook)))).isEqualTo(1);
        Memory third = put(second.draft().strength(0.9).build());
        assertThat(cold.count()).as("a change makes it warm").isZero();
        Memory closed = put(third.draft().status(MemoryStatus.SUPERSEDED).build());
        assertThat(cold.demote(List.of(cold(closed, codebook))))
                .as("not active")
                .isZero();

        Memory other = put(likes("m2", ANN, "comedy"));
        cold.demote(List.of(cold(other, codebook)));
        truth().memories().forget(other.id());
        assertThat(cold.count()).as("forgotten here, too").isZero();
        assertThat(cold.of(OF_ANN)).isEmpty();
    }

    @Test
    void codebooksAreKeptByEncoder() {
        ColdMemories cold = truth().coldMemories();
        assertThat(cold.newest("test-encoder")).isEmpty();
        long first = codebook();
        long second = codebook();
        assertThat(second).isGreaterThan(first);
        reopen();
        cold = truth().coldMemories();
        ColdMemories.Codebook newest = cold.newest("test-encoder").orElseThrow();
        assertThat(newest.version()).isEqualTo(second);
        assertThat(newest.sample()).isEqualTo(300);
        assertThat(cold.codebook(first).orElseThrow().quantiser().values())
                .containsExactly(newest.quantiser().values());
        assertThat(cold.newest("another")).isEmpty();
    }

    @Test
    void usesCountLessTheLongerAgoAndSayWhatIsUnused() {
        ColdMemories cold = truth().coldMemories();
        Memory used = put(likes("m1", ANN, "horror"));
        Memory unused = put(likes("m2", ANN, "comedy"));
        put(likes("m3", BEN, "drama"));
        cold.add(List.of(new Access(OF_ANN, used.id(), NOW.plusSeconds(100), 2)), 100);
        cold.add(List.of(new Access(OF_ANN, used.id(), NOW.plusSeconds(200), 1)), 100);
        cold.add(List.of(new Access(OF_ANN, new MemoryId("none"), NOW, 1)), 100);

        assertThat(cold.accesses(OF_ANN)).singleElement().satisfies(access -> {
            assertThat(access.memory()).isEqualTo(used.id());
            assertThat(access.last()).isEqualTo(NOW.plusSeconds(200));
            assertThat(access.weight()).as("1 and a half of 2").isCloseTo(2, within(1e-9));
        });
        ColdMemories.Slice all = cold.slice(NOW.plus(Duration.ofDays(1)), null, 10);
        assertThat(all.next()).as("the end").isNull();
        assertThat(all.candidates())
                .extracting(candidate -> candidate.memory().id())
                .containsExactlyInAnyOrder(used.id(), unused.id(), new MemoryId("m3"));
        assertThat(all.candidates())
                .filteredOn(candidate -> candidate.memory().id().equals(used.id()))
                .singleElement()
                .satisfies(candidate -> {
                    assertThat(candidate.last()).isEqualTo(NOW.plusSeconds(200));
                    assertThat(candidate.weight()).isCloseTo(2, within(1e-9));
                });
        assertThat(cold.crowded(1, 10)).containsExactly(OF_ANN);
        assertThat(cold.crowded(2, 10)).isEmpty();
        assertThat(cold.warm(OF_ANN)).isEqualTo(2);
        cold.demote(List.of(cold(unused, codebook())));
        assertThat(cold.crowded(1, 10)).as("cold ones do not crowd").isEmpty();
        assertThat(cold.warm(OF_ANN)).isEqualTo(1);
        assertThat(cold.slice(NOW.plus(Duration.ofDays(1)), null, 10).candidates())
                .extracting(candidate -> candidate.memory().id())
                .containsExactlyInAnyOrder(used.id(), new MemoryId("m3"));
    }

    @Test
    void slicesGoThroughAllInTheOrderOfTheirChangeWhateverTheirStatus() {
        ColdMemories cold = truth().coldMemories();
        List<MemoryId> expected = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            // Several of one moment, ids against the order of time.
            Instant at = NOW.plusSeconds(i / 3);
            Memory memory = put(
                    likes("m" + (9 - i), ANN, "tag" + i).draft().updatedAt(at).build());
            if (i == 4) {
                put(memory.draft().status(MemoryStatus.SUPERSEDED).updatedAt(at).build());
            } else {
                expected.add(memory.id());
            }
        }
        List<MemoryId> seen = new ArrayList<>();
        Instant last = Instant.MIN;
        ColdMemories.Place place = null;
        int slices = 0;
        do {
            ColdMemories.Slice slice = cold.slice(NOW.plusSeconds(60), place, 2);
            for (ColdMemories.Candidate candidate : slice.candidates()) {
                assertThat(candidate.memory().updatedAt()).isAfterOrEqualTo(last);
                last = candidate.memory().updatedAt();
                seen.add(candidate.memory().id());
            }
            place = slice.next();
            slices++;
        } while (place != null);
        assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
        assertThat(slices).isEqualTo(5);
        assertThat(cold.slice(NOW.plusSeconds(2), null, 10).candidates())
                .as("changed before")
                .allSatisfy(
                        candidate -> assertThat(candidate.memory().updatedAt()).isBefore(NOW.plusSeconds(2)))
                .hasSize(5);
    }

    @Test
    void aCodebookThatNoCodesAreOfCanGo() {
        ColdMemories cold = truth().coldMemories();
        long first = codebook();
        long second = codebook();
        long third = codebook();
        cold.demote(List.of(cold(put(likes("m1", ANN, "horror")), first)));
        assertThat(cold.behind(second, 10)).hasSize(1);
        assertThat(cold.behind(0, 10)).hasSize(1);
        assertThat(cold.dropCodebooks(third)).isEqualTo(1);
        assertThat(cold.codebook(first)).isPresent();
        assertThat(cold.codebook(second)).isEmpty();
        assertThat(cold.codebook(third)).isPresent();
        assertThat(cold.dropCodebooks(-1))
                .as("the newest stays, for its number")
                .isZero();
        assertThat(codebook()).isEqualTo(third + 1);
    }
}
