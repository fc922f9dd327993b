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
        assertThat(cold.unused(NOW.plusSeconds(150), 10))
                .extracting(candidate -> candidate.memory().id())
                .containsExactly(unused.id(), new MemoryId("m3"));
        assertThat(cold.unused(NOW.plus(Duration.ofDays(1)), 10))
                .extracting(candidate -> candidate.memory().id())
                .as("longest unused first")
                .containsExactly(unused.id(), new MemoryId("m3"), used.id());
        assertThat(cold.crowded(1, 10)).containsExactly(OF_ANN);
        assertThat(cold.crowded(2, 10)).isEmpty();
        cold.demote(List.of(cold(unused, codebook())));
        assertThat(cold.crowded(1, 10)).as("cold ones do not crowd").isEmpty();
        assertThat(cold.unused(NOW.plusSeconds(150), 10))
                .extracting(candidate -> candidate.memory().id())
                .containsExactly(new MemoryId("m3"));
    }
}
