package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Outbox;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

abstract class ChangesContract extends TruthContract {
    @Test
    void theIdentityStays() {
        String id = truth().changes().databaseId();
        assertThat(truth().changes().epoch()).isEqualTo(1);
        reopen();
        assertThat(truth().changes().databaseId()).isEqualTo(id);
        assertThat(truth().changes().horizon()).isEqualTo(ChangeNumber.NONE);
    }

    @Test
    void everyKindOfWriteStandsInTheFeedInOrder() {
        truth().catalog().put(item("i", "Alien"));
        memories()
                .put(List.of(
                        new Memories.Write(likes("m", ANN, "horror"), Actor.AGENT, ""),
                        new Memories.Write(likes("n", ANN, "war"), Actor.AGENT, "")));
        truth().interactions().append(List.of(rated("x", ANN, "i", 4, NOW), rated("y", ANN, "i", 4, NOW)));
        assertThat(truth().changes().after(ChangeNumber.NONE, 10))
                .containsExactly(
                        new Change(new ChangeNumber(1), Change.Type.ITEM, "i", 1),
                        new Change(new ChangeNumber(2), Change.Type.MEMORY, "m", 1),
                        new Change(new ChangeNumber(3), Change.Type.MEMORY, "n", 1),
                        new Change(new ChangeNumber(4), Change.Type.INTERACTION, "ann", 1));
        assertThat(truth().changes().after(new ChangeNumber(1), 1))
                .extracting(Change::id)
                .containsExactly("m");
        reopen();
        assertThat(truth().changes().latest()).isEqualTo(new ChangeNumber(4));
    }

    @Test
    void awaitingEndsWithTheChangeOrTheTime() throws Exception {
        assertThat(truth().changes().await(ChangeNumber.NONE, Duration.ofMillis(5)))
                .isFalse();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> waiting =
                    executor.submit(() -> truth().changes().await(ChangeNumber.NONE, Duration.ofSeconds(60)));
            truth().catalog().put(item("i", "Alien"));
            assertThat(waiting.get(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void numbersFromManyWritersHaveNoGap() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = IntStream.range(0, 8)
                    .<Future<?>>mapToObj(w -> executor.submit(() -> IntStream.range(0, 25)
                            .forEach(i -> truth().catalog().put(item(w + "-" + i, "Film")))))
                    .toList();
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(truth().changes().after(ChangeNumber.NONE, 1_000))
                .extracting(change -> change.number().value())
                .isEqualTo(IntStream.rangeClosed(1, 200).mapToObj(i -> (long) i).toList());
    }

    @Test
    void notesWaitUntilTheyAreDone() {
        truth().interactions().append(List.of(rated("x", ANN, "i", 4, NOW), rated("y", BEN, "i", 4, NOW)));
        memories().put(List.of(new Memories.Write(likes("m", ANN, "horror"), Actor.AGENT, "")));
        List<Outbox.Note> notes = truth().outbox().after(0, 10);
        assertThat(notes).extracting(Outbox.Note::topic).containsExactly("interaction", "interaction", "memory");
        assertThat(notes).extracting(Outbox.Note::subjectId).containsExactly("ann", "ben", "ann");
        long first = notes.get(0).number();
        long second = notes.get(1).number();
        assertThat(truth().outbox().position("fast")).isEmpty();
        truth().outbox().applied("slow", new Outbox.Position(1, first - 1));
        assertThat(truth().outbox().applied("fast", new Outbox.Position(1, second)))
                .as("the slow one needs them all")
                .isZero();
        assertThat(truth().outbox().applied("slow", new Outbox.Position(1, second)))
                .isEqualTo(2);
        assertThat(truth().outbox().after(0, 10)).containsExactly(notes.get(2));
        reopen();
        assertThat(truth().outbox().position("fast")).contains(new Outbox.Position(1, second));
        assertThat(truth().outbox().latest()).isEqualTo(notes.get(2).number());
        assertThat(truth().outbox().horizon()).isZero();
    }
}
