package dev.palate.memory.derived;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Wherever the consumer ends, the next one makes the derived memories what they would have been, once.
class FollowerCrashTest {
    private static final NoteFollower.Options AT_ONCE =
            new NoteFollower.Options(Duration.ZERO, Duration.ZERO, 100, Duration.ofMillis(20));
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private static final class Crash extends NoteFollower.End {
        private static final long serialVersionUID = 1L;
    }

    private SqlTruth open() {
        return SqlTruth.open(new TruthPlace.File(folder.resolve("truth.db")), Clock.systemUTC());
    }

    private static Derivations derivations(SqlTruth truth) {
        return new Derivations(new DerivedParts(
                truth.catalog(),
                truth.memories(),
                truth.memories(),
                truth.grounds(),
                new Ids(Clock.systemUTC()),
                Clock.systemUTC()));
    }

    private static void fill(SqlTruth truth, int from, int to) {
        for (int i = from; i < to; i++) {
            truth.catalog().put(Item.of(new ItemId("i" + i), "Film " + i, 1979, List.of("Horror")));
            Memory memory = Memory.fresh(
                    new MemoryId("m" + i),
                    new Subject.OfUser(new UserId("u" + i)),
                    MemoryKind.PREFERENCE,
                    "Likes horror",
                    1,
                    Trust.STATED,
                    new Slot("genre", "horror"),
                    List.of(),
                    Instant.parse("2026-03-01T10:00:00Z"));
            UsersFirst.of(truth).put(List.of(new Memories.Write(memory, Actor.AGENT, "")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"anew", "read", "applied", "positioned"})
    void anEndAfterAnyStepOnlyInterrupts(String step) throws Exception {
        try (SqlTruth truth = open()) {
            fill(truth, 0, 10);
            if (!step.equals("anew")) {
                try (NoteFollower first =
                        new NoteFollower(truth.outbox(), truth.changes(), derivations(truth), AT_ONCE)) {
                    first.start();
                    assertThat(first.await(PATIENCE)).isTrue();
                }
                fill(truth, 10, 20);
            }
            CountDownLatch crashed = new CountDownLatch(1);
            NoteFollower victim =
                    new NoteFollower(truth.outbox(), truth.changes(), derivations(truth), AT_ONCE, done -> {
                        if (done.equals(step)) {
                            crashed.countDown();
                            throw new Crash();
                        }
                    });
            victim.start();
            assertThat(crashed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            victim.close();
        }
        try (SqlTruth truth = open();
                NoteFollower next = new NoteFollower(truth.outbox(), truth.changes(), derivations(truth), AT_ONCE)) {
            fill(truth, 20, 25);
            next.start();
            assertThat(next.await(PATIENCE)).isTrue();
            int there = step.equals("anew") ? 15 : 25;
            assertThat(of(truth, MemoryKind.PROFILE)).hasSize(there).allSatisfy(profile -> {
                assertThat(profile.revision()).isEqualTo(1);
                assertThat(profile.text()).isEqualTo("Likes horror.");
            });
            assertThat(of(truth, MemoryKind.TRAIT))
                    .hasSize(there)
                    .allSatisfy(trait -> assertThat(trait.revision()).isEqualTo(1));
        }
    }

    private static List<Memory> of(SqlTruth truth, MemoryKind kind) {
        return truth.memories()
                .page(new MemoryFilter(null, Set.of(kind), Set.of(), null), null, 500)
                .items();
    }
}
