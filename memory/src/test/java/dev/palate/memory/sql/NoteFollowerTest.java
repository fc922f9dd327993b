package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.change.Outbox;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A consumer misses nothing: not behind the horizon, not after a restore, not after a failure or an end at any step.
class NoteFollowerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final NoteFollower.Options AT_ONCE = DerivedContract.AT_ONCE;

    @TempDir
    Path folder;

    private SqlTruth truth;

    /// Remembers what it was asked for.
    private static final class Asked implements NoteFollower.Work {
        final List<String> notes = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger batches = new AtomicInteger();
        final AtomicInteger everything = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();
        private final String name;
        private final Runnable meanwhile;

        Asked() {
            this("asked", () -> {});
        }

        /// @param meanwhile done while it does everything
        Asked(String name, Runnable meanwhile) {
            this.name = name;
            this.meanwhile = meanwhile;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void apply(List<Outbox.Note> batch, DoubleConsumer progress) {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("not now");
            }
            batches.incrementAndGet();
            batch.forEach(note -> notes.add(note.payloadId()));
        }

        @Override
        public void everything(DoubleConsumer progress) {
            progress.accept(0.5);
            meanwhile.run();
            everything.incrementAndGet();
        }
    }

    @BeforeEach
    void open() {
        open(Retention.STANDARD);
    }

    private void open(Retention retention) {
        TickingClock clock = new TickingClock();
        truth = SqlTruth.of(
                Database.open(
                        new TruthPlace.File(folder.resolve("truth.db")),
                        new Database.Options(clock, retention, UnaryOperator.identity())),
                clock);
    }

    @AfterEach
    void close() {
        truth.close();
    }

    private NoteFollower follower(Asked asked, NoteFollower.Options options) {
        NoteFollower follower = new NoteFollower(truth.outbox(), truth.changes(), asked, options);
        follower.start();
        return follower;
    }

    private void run(Asked asked) throws InterruptedException {
        try (NoteFollower follower = follower(asked, AT_ONCE)) {
            assertThat(follower.await(PATIENCE)).isTrue();
        }
    }

    private void note(int from, int to) {
        for (int i = from; i < to; i++) {
            UsersFirst.of(truth)
                    .put(List.of(new Memories.Write(
                            TruthContract.likes("m" + i, TruthContract.ANN, "genre " + i), Actor.AGENT, "")));
        }
    }

    @Test
    void aNewOneDoesEverythingOnceAndThenFollows() throws Exception {
        note(0, 3);
        Asked asked = new Asked();
        run(asked);
        assertThat(asked.everything).hasValue(1);
        assertThat(asked.notes).isEmpty();
        note(3, 5);
        run(asked);
        assertThat(asked.everything).hasValue(1);
        assertThat(asked.notes).containsExactly("m3", "m4");
    }

    /// Notes go when all consumers have had them; one that begins is one of them.
    @Test
    void whatIsNotedWhileItDoesEverythingWaitsForIt() throws Exception {
        note(0, 2);
        Asked other = new Asked("other", () -> {});
        run(other);
        Asked asked = new Asked("asked", () -> {
            note(2, 4);
            try {
                run(other);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        run(asked);
        // Where the waiting began before they were noted, it was over before they were applied.
        run(asked);
        assertThat(asked.everything).hasValue(1);
        assertThat(other.notes).containsExactly("m2", "m3");
        assertThat(asked.notes).containsExactly("m2", "m3");
    }

    @Test
    void behindTheHorizonItDoesEverythingAnew() throws Exception {
        Asked asked = new Asked();
        note(0, 1);
        run(asked);
        truth.close();
        open(new Retention(1_000, 20, 10));
        note(1, 60);
        assertThat(truth.outbox().horizon())
                .as("notes that it needs are gone, as the limit of the store wants")
                .isGreaterThan(truth.outbox().position("asked").orElseThrow().number());
        run(asked);
        assertThat(asked.everything).hasValue(2);
        assertThat(asked.notes).isEmpty();
    }

    @Test
    void inAnotherEpochItDoesEverythingAnew() throws Exception {
        Asked asked = new Asked();
        note(0, 2);
        run(asked);
        SqlChanges.beginEpoch(truth.database(), 7);
        truth.close();
        open(Retention.STANDARD);
        note(2, 3);
        run(asked);
        assertThat(asked.everything).hasValue(2);
        assertThat(truth.outbox().position("asked").orElseThrow().epoch())
                .isEqualTo(truth.changes().epoch());
    }

    @Test
    void whatFailsIsTriedAgainAndSaid() throws Exception {
        Asked asked = new Asked();
        run(asked);
        asked.failures.set(3);
        note(0, 4);
        try (NoteFollower follower = follower(asked, AT_ONCE)) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            boolean said = false;
            while (!said && System.nanoTime() < deadline) {
                String failure = follower.status().failure();
                said = failure != null && failure.equals("IllegalStateException: not now");
            }
            assertThat(said).isTrue();
            assertThat(follower.await(PATIENCE)).isTrue();
            assertThat(follower.status().failure()).isNull();
        }
        assertThat(asked.notes).containsExactly("m0", "m1", "m2", "m3");
        assertThat(asked.everything).hasValue(1);
    }

    @Test
    void notesOfAMomentAreOneBatch() throws Exception {
        Asked asked = new Asked();
        run(asked);
        NoteFollower.Options patient =
                new NoteFollower.Options(Duration.ofMillis(700), Duration.ofSeconds(10), 10_000, Duration.ofMillis(20));
        try (NoteFollower follower = follower(asked, patient)) {
            note(0, 30);
            assertThat(follower.await(PATIENCE)).isTrue();
        }
        assertThat(asked.notes).hasSize(30);
        assertThat(asked.batches).hasValue(1);
    }

    @Test
    void aBacklogIsAppliedInBatches() throws Exception {
        Asked asked = new Asked();
        run(asked);
        note(0, 120);
        run(asked);
        assertThat(asked.notes).hasSize(120).doesNotHaveDuplicates();
        assertThat(asked.batches.get()).isBetween(3, 4);
    }
}
