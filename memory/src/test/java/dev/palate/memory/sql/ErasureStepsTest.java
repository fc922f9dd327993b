package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An erasure goes on by itself wherever it was ended, and waits for readers without holding anybody up.
class ErasureStepsTest {
    private static final long SEED = Long.getLong("test.seed", 20_261_123L);

    @TempDir
    Path folder;

    /// Ends a run as a crash would: after the step is on disk, before anything else.
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begun",
                ErasureRun.LEDGER,
                ErasureRun.LOG,
                "hot memory packs",
                "memory index",
                "reports of rejected rows",
                "ids in logs",
                ErasureRun.AGAIN,
                ErasureRun.RECEIPT
            })
    void aCrashAfterAnyStepOnlyInterrupts(String step) throws Exception {
        ErasureWorld world = new ErasureWorld(folder, SEED);
        JobId job;
        try (world) {
            world.plant();
            Erasure erasure = world.erasure(Set.of(), done -> {
                if (done.equals(step)) {
                    throw new Crash();
                }
            });
            if (step.equals("begun")) {
                erasure.begin(world.user);
            } else {
                assertThatThrownBy(() -> erasure.user(world.user)).isInstanceOf(Crash.class);
            }
            job = world.truth().jobs().page(null, 1).items().getFirst().id();
        }
        world.reopen();
        try (world) {
            assertThat(world.truth().jobs().failAbandoned()).isZero();
            AtomicInteger ledger = new AtomicInteger();
            Erasure erasure = world.erasure(Set.of(), done -> {
                if (done.equals(ErasureRun.LEDGER)) {
                    ledger.incrementAndGet();
                }
            });
            erasure.start();
            ErasureState state = erasure.await(job, ErasureWorld.PATIENCE).orElseThrow();
            assertThat(state.ended()).isTrue();
            assertThat(state.receipt()).matches(ErasureReceipt::complete);
            assertThat(ledger.get()).as("inscribed once").isEqualTo(step.equals("begun") ? 1 : 0);
            assertThat(world.truth().jobs().job(job).orElseThrow().status()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(world.found()).isEmpty();
            assertThat(CanaryHunt.below(folder, world.canaries(), world.vectors()))
                    .isEmpty();
        }
    }

    /// What holds something of conversations outside of the database, as the events of turns do.
    private static final class TalkEvents implements ErasurePlace {
        static final String NAME = "events";

        private final Set<ConversationId> held = new HashSet<>();

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public long erase(UserId user) {
            return 0;
        }

        @Override
        public long remaining(UserId user) {
            return 0;
        }

        @Override
        public boolean holdsConversations() {
            return true;
        }

        @Override
        public long erase(ConversationId conversation) {
            return held.remove(conversation) ? 1 : 0;
        }

        @Override
        public long remaining(ConversationId conversation) {
            return held.contains(conversation) ? 1 : 0;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"begun", ErasureRun.LEDGER, ErasureRun.LOG, TalkEvents.NAME, ErasureRun.AGAIN, ErasureRun.RECEIPT
            })
    void aCrashInAConversationsErasureOnlyInterrupts(String step) throws Exception {
        ErasureWorld world = new ErasureWorld(folder, SEED);
        TalkEvents events = new TalkEvents();
        ConversationId talk;
        ConversationId other;
        JobId job;
        Set<String> before;
        try (world) {
            world.plant();
            talk = world.talks().getFirst();
            other = world.truth().conversations().start(world.user).id();
            events.held.addAll(List.of(talk, other));
            world.refuse(talk);
            before = canaries(world);
            Erasure erasure = world.erasure(List.of(events), done -> {
                if (done.equals(step)) {
                    throw new Crash();
                }
            });
            if (step.equals("begun")) {
                erasure.begin(talk);
            } else {
                assertThatThrownBy(() -> erasure.conversation(talk)).isInstanceOf(Crash.class);
            }
            job = world.truth().jobs().page(null, 1).items().getFirst().id();
        }
        List<String> ofTheTalk = List.of(
                "chat message",
                "conversation state",
                "conversation title",
                "slate reason",
                "trace",
                "refused in a talk");
        assertThat(before).containsAll(ofTheTalk);
        world.reopen();
        try (world) {
            AtomicInteger ledger = new AtomicInteger();
            Erasure erasure = world.erasure(List.of(events), done -> {
                if (done.equals(ErasureRun.LEDGER)) {
                    ledger.incrementAndGet();
                }
            });
            erasure.start();
            ErasureState state = erasure.await(job, ErasureWorld.PATIENCE).orElseThrow();
            assertThat(state.ended()).isTrue();
            assertThat(state.receipt()).matches(ErasureReceipt::complete);
            assertThat(Objects.requireNonNull(state.receipt()).places())
                    .contains(
                            new ErasureReceipt.Place("table message", 1, 0),
                            new ErasureReceipt.Place("table rejection", 1, 0),
                            new ErasureReceipt.Place("slates of the conversation", 1, 0),
                            new ErasureReceipt.Place(TalkEvents.NAME, 1, 0));
            assertThat(ledger.get()).as("inscribed once").isEqualTo(step.equals("begun") ? 1 : 0);
            assertThat(world.truth().jobs().job(job).orElseThrow().status()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(events.held).containsExactly(other);
            assertThat(world.truth().conversations().conversation(talk)).isEmpty();
            assertThat(world.truth().conversations().conversation(other)).isPresent();
            Set<String> left = new HashSet<>(before);
            left.removeAll(ofTheTalk);
            assertThat(canaries(world)).as("all else stays").isEqualTo(left);
        }
    }

    private Set<String> canaries(ErasureWorld world) throws IOException {
        Set<String> found = new HashSet<>();
        CanaryHunt.below(folder, world.canaries(), world.vectors()).values().forEach(found::addAll);
        return found;
    }

    @Test
    void aReaderOfTheLogIsWaitedFor() throws Exception {
        try (ErasureWorld world = new ErasureWorld(folder, SEED)) {
            world.plant();
            Erasure erasure = world.erasure(Set.of(), done -> {});
            JobId job;
            try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("truth.db"));
                    Statement statement = reader.createStatement()) {
                reader.setAutoCommit(false);
                statement.executeQuery("select count(*) from memory").close();
                job = erasure.begin(world.user);
                erasure.start();
                ErasureState state = until(erasure, job);
                assertThat(state.ended()).isFalse();
                assertThat(slowestWrite(world, 200))
                        .as("while the log is tried again and again")
                        .isLessThan(Duration.ofMillis(1_000));
                Job shown = world.truth().jobs().job(job).orElseThrow();
                assertThat(shown.status()).isEqualTo(JobStatus.RUNNING);
                assertThat(shown.detail())
                        .isEqualTo("a reader keeps the write-ahead log in use; it is emptied once that has gone");
                assertThat(Objects.requireNonNull(state.receipt()).places())
                        .contains(new ErasureReceipt.Place(ErasureRun.LOG, 0, 1));
                assertThat(CanaryHunt.below(folder, world.canaries(), world.vectors())
                                .values())
                        .as("what the reader may still read")
                        .anySatisfy(found -> assertThat(found).contains("memory text"));
                reader.rollback();
            }
            ErasureState ended = erasure.await(job, ErasureWorld.PATIENCE).orElseThrow();
            assertThat(ended.ended()).isTrue();
            assertThat(ended.receipt()).matches(ErasureReceipt::complete);
            assertThat(CanaryHunt.below(folder, world.canaries(), world.vectors()))
                    .isEmpty();
        }
    }

    /// The longest of single writes, one every 10 ms. An attempt that waited for the reader would take 5 s.
    private static Duration slowestWrite(ErasureWorld world, int writes) throws InterruptedException {
        long slowest = 0;
        for (int i = 0; i < writes; i++) {
            long start = System.nanoTime();
            world.truth().users().ensure(new User(ErasureWorld.BEN, "", Instant.EPOCH, false));
            slowest = Math.max(slowest, System.nanoTime() - start);
            Thread.sleep(10);
        }
        return Duration.ofNanos(slowest);
    }

    /// Waits until the job says what holds it up.
    private static ErasureState until(Erasure erasure, JobId job) throws InterruptedException {
        long deadline = System.nanoTime() + ErasureWorld.PATIENCE.toNanos();
        ErasureState state = erasure.await(job, Duration.ofMillis(100)).orElseThrow();
        while (System.nanoTime() < deadline
                && (state.receipt() == null
                        || state.receipt().places().stream()
                                .noneMatch(place -> place.name().equals(ErasureRun.LOG)))) {
            state = erasure.await(job, Duration.ofMillis(100)).orElseThrow();
        }
        return state;
    }

    @Test
    void aForgottenMemoryIsErasedEverywhereInTheBackground() throws Exception {
        try (ErasureWorld world = new ErasureWorld(folder, SEED)) {
            world.plant();
            Erasure erasure = world.erasure(Set.of(), done -> {});
            erasure.start();
            long planted = world.truth().memories().count();
            assertThat(world.tiered().forget(new MemoryId("m1"))).isTrue();
            JobId job = world.truth().jobs().page(null, 1).items().getFirst().id();
            ErasureState state = erasure.await(job, ErasureWorld.PATIENCE).orElseThrow();
            assertThat(state.ended()).isTrue();
            assertThat(state.subjectType()).isEqualTo("memory");
            List<String> gone = List.of("memory text", "quote", "slot", "cause", "earlier revision", "slate reason");
            assertThat(CanaryHunt.below(folder, world.canaries(), world.vectors())
                            .values())
                    .allSatisfy(found -> assertThat(found).doesNotContainAnyElementsOf(gone));
            assertThat(world.truth().memories().count()).isEqualTo(planted - 1);
        }
    }
}
