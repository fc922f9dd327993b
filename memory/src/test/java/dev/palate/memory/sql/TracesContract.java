package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.Kept;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every store of traces does.
abstract class TracesContract extends TruthContract {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static TraceHead head(String turn, ConversationId talk, UserId user, Instant at) {
        return new TraceHead(
                new TurnId(turn),
                talk,
                user,
                new MessageId("message-" + turn),
                at,
                "recommend",
                "T0",
                "stop",
                41_000,
                "qwen",
                "v7",
                12,
                new SlateId("slate-" + turn),
                new TraceHead.Tokens(90, 60, 20, 1));
    }

    private static TurnTrace trace(
            String turn, ConversationId talk, UserId user, Instant at, Set<String> read, Set<String> written) {
        List<String> refs = read.stream().map(id -> "\"" + id + "@1\"").toList();
        TraceStep recall =
                new TraceStep("recall", 5, 200, "{}", "{\"memories\":[" + String.join(",", refs) + "]}", false);
        TraceStep understand =
                new TraceStep("understand", 210, 90, "{\"message\":\"I love nussecken\"}", "{\"said\":\"x\"}", false);
        return new TurnTrace(head(turn, talk, user, at), List.of(recall, understand), ids(read), ids(written), 0);
    }

    private static Set<MemoryId> ids(Set<String> ids) {
        return ids.stream().map(MemoryId::new).collect(Collectors.toSet());
    }

    private ConversationId talk(UserId user) {
        return truth().conversations().start(user).id();
    }

    private void remember(String... ids) {
        for (String id : ids) {
            memories().put(List.of(new Memories.Write(likes(id, ANN, "genre-" + id), Actor.AGENT, "")));
        }
    }

    private List<String> recalled(String turn) {
        return truth().traces().trace(new TurnId(turn)).stream()
                .map(trace -> trace.steps().getFirst().output())
                .toList();
    }

    @Test
    void aTraceComesBackAsItWasAndIsListed() {
        ConversationId talk = talk(ANN);
        ConversationId other = talk(ANN);
        remember("m1");
        TurnTrace first = trace("t1", talk, ANN, NOW, Set.of("m1"), Set.of("m1"));
        TurnTrace second = trace("t2", talk, ANN, NOW.plusSeconds(1), Set.of(), Set.of());
        TurnTrace third = trace("t3", other, ANN, NOW.plusSeconds(2), Set.of(), Set.of());
        assertThat(truth().traces().put(List.of(first, second, third))).isEqualTo(3);
        assertThat(truth().traces().put(List.of(first))).as("again").isZero();
        reopen();
        TurnTrace read = truth().traces().trace(new TurnId("t1")).orElseThrow();
        assertThat(read.head()).isEqualTo(first.head());
        assertThat(read.steps()).isEqualTo(first.steps());
        assertThat(read.written()).containsExactly(new MemoryId("m1"));
        assertThat(read.redacted()).isZero();
        assertThat(truth().traces().ofSlate(new SlateId("slate-t3"))).contains(new TurnId("t3"));
        assertThat(truth().traces().ofSlate(new SlateId("none"))).isEmpty();
        Page<TraceHead> page = truth().traces().page(talk, null, 1);
        assertThat(page.items()).containsExactly(second.head());
        assertThat(truth().traces().page(talk, page.nextCursor(), 5).items()).containsExactly(first.head());
        assertThat(truth().traces().page(ANN, null, 2).items())
                .extracting(TurnTrace::head)
                .containsExactly(third.head(), second.head());
        assertThat(truth().traces().page(BEN, null, 2).items()).isEmpty();
        assertThat(truth().changes().latest().value())
                .as("the memory's, no trace's")
                .isEqualTo(1);
    }

    @Test
    void whatIsTooLongIsCutAndSaysSo() {
        String long_ = "{\"a\":\"" + "x".repeat(TraceStep.MOST) + "\"}";
        TraceStep step = new TraceStep("rank", 0, 1, long_, "{\"b\":1}", false);
        assertThat(step.cut()).isTrue();
        assertThat(step.input()).isEqualTo("{\"too_long\":" + long_.length() + "}");
        assertThat(step.output()).isEqualTo("{\"b\":1}");
        List<TraceStep> steps = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            steps.add(new TraceStep("s" + i, 0, 1, "{}", "{\"a\":\"" + "y".repeat(20_000) + "\"}", false));
        }
        ConversationId talk = talk(ANN);
        TurnTrace trace = new TurnTrace(head("t", talk, ANN, NOW), steps, Set.of(), Set.of(), 0);
        assertThat(trace.steps()).hasSize(TurnTrace.MOST_STEPS);
        assertThat(trace.cut()).isTrue();
        assertThat(trace.steps().get(2).cut()).isFalse();
        assertThat(trace.steps().get(3).output()).isEqualTo("{\"too_long\":20008}");
        assertThat(trace.length()).isLessThan(TurnTrace.MOST + 2_000);
        assertThat(truth().traces().put(List.of(trace))).isEqualTo(1);
    }

    @Test
    void anErasedMemoryLeavesNoTraceOfItself() throws Exception {
        ConversationId talk = talk(ANN);
        remember("m1", "m2", "m10");
        truth().traces()
                .put(List.of(
                        trace("made", talk, ANN, NOW, Set.of("m1"), Set.of("m1")),
                        trace("used", talk, ANN, NOW, Set.of("m1", "m10"), Set.of()),
                        trace("other", talk, ANN, NOW, Set.of("m2", "m10"), Set.of("m10"))));
        ErasureReceipt receipt =
                truth().erasure(List.of()).memory(new MemoryId("m1")).orElseThrow();
        assertThat(receipt.complete()).as(receipt.toString()).isTrue();
        assertThat(receipt.places()).contains(new ErasureReceipt.Place("traces of turns", 2, 0));
        assertThat(truth().traces().trace(new TurnId("made"))).isEmpty();
        TurnTrace used = truth().traces().trace(new TurnId("used")).orElseThrow();
        assertThat(used.redacted()).isEqualTo(1);
        assertThat(used.steps())
                .extracting(TraceStep::name, TraceStep::micros, TraceStep::input, TraceStep::output, TraceStep::cut)
                .containsExactly(
                        Tuple.tuple("recall", 200L, "{}", "{}", true),
                        Tuple.tuple("understand", 90L, "{}", "{}", true));
        assertThat(recalled("other").getFirst()).contains("\"m2@1\"", "\"m10@1\"");
    }

    /// Each page of traces is a write of its own, so that others are not held up, and all are found.
    @Test
    void manyMemoriesAreTakenOutOfManyTracesInShortWrites() throws Exception {
        ConversationId talk = talk(ANN);
        int many = 2 * TracedMemories.PAGE + 20;
        List<TurnTrace> traces = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            remember("m" + i);
            String kept = i % 2 == 0 ? "kept" : "m" + (i + 7) % many;
            traces.add(trace("t" + (1_000 + i), talk, ANN, NOW, Set.of("m" + i, kept), Set.of()));
        }
        remember("kept");
        assertThat(truth().traces().put(traces)).isEqualTo(many);
        ErasedMemories erased = new ErasedMemories(
                ids(IntStream.range(0, many).mapToObj(i -> "m" + i).collect(Collectors.toSet())),
                Set.of(new Subject.OfUser(ANN)));
        TracedMemories traced = new TracedMemories(truth().database());
        assertThat(traced.remaining(erased)).isEqualTo(many);
        AtomicInteger commits = new AtomicInteger();
        Milestone.watch(point -> commits.addAndGet(point == Milestone.GROUP_COMMITTED ? 1 : 0));
        try {
            assertThat(traced.strip(erased)).isEqualTo(many);
        } finally {
            Milestone.watch(null);
        }
        assertThat(commits.get()).as("commits").isGreaterThanOrEqualTo(3);
        assertThat(traced.remaining(erased)).isZero();
        assertThat(truth().traces().trace(new TurnId("t1000")).orElseThrow().redacted())
                .isEqualTo(1);
        assertThat(truth().traces().trace(new TurnId("t1001")).orElseThrow().redacted())
                .isEqualTo(2);
        assertThat(truth().traces().page(ANN, null, 500).items())
                .hasSize(many)
                .allSatisfy(trace ->
                        assertThat(trace.steps()).extracting(TraceStep::output).containsOnly("{}"));
    }

    @Test
    void whatComesLateAfterAnErasureSaysNothingOfIt() {
        ConversationId talk = talk(ANN);
        ConversationId bens = talk(BEN);
        remember("m1", "m2");
        Erasure erasure = truth().erasure(List.of());
        erasure.memory(new MemoryId("m1"));
        assertThat(truth().traces()
                        .put(List.of(
                                trace("made", talk, ANN, NOW, Set.of(), Set.of("m1")),
                                trace("used", talk, ANN, NOW, Set.of("m1", "m2"), Set.of()))))
                .isEqualTo(1);
        assertThat(recalled("made")).isEmpty();
        assertThat(recalled("used")).containsExactly("{}");
        assertThat(truth().traces().trace(new TurnId("used")).orElseThrow().redacted())
                .isEqualTo(1);
        erasure.user(ANN);
        assertThat(truth().traces()
                        .put(List.of(
                                trace("late", talk, ANN, NOW, Set.of(), Set.of()),
                                trace("forged", bens, ANN, NOW, Set.of(), Set.of()),
                                trace("bens", bens, BEN, NOW, Set.of(), Set.of()))))
                .as("of a user who is there, in an own conversation")
                .isEqualTo(1);
        assertThat(truth().traces().count()).isEqualTo(1);
    }

    @Test
    void tracesGoWithTheirUserConversationOrAllMemories() throws Exception {
        ConversationId talk = talk(ANN);
        ConversationId second = talk(ANN);
        ConversationId bens = talk(BEN);
        remember("m1");
        truth().traces()
                .put(List.of(
                        trace("t1", talk, ANN, NOW, Set.of(), Set.of()),
                        trace("t2", second, ANN, NOW, Set.of("m1"), Set.of("m1")),
                        trace("t3", second, ANN, NOW, Set.of(), Set.of()),
                        trace("t4", bens, BEN, NOW, Set.of(), Set.of())));
        Erasure erasure = truth().erasure(List.of());
        assertThat(erasure.conversation(talk).orElseThrow().places())
                .contains(new ErasureReceipt.Place("table turn_trace", 1, 0));
        assertThat(erasure.memories(new Subject.OfUser(ANN)).places())
                .contains(new ErasureReceipt.Place("traces of turns", 1, 0));
        assertThat(truth().traces().count()).isEqualTo(2);
        assertThat(erasure.user(ANN).places()).contains(new ErasureReceipt.Place("table turn_trace", 1, 0));
        assertThat(truth().traces().page(BEN, null, 10).items()).hasSize(1);
        erasure.user(BEN);
        assertThat(bytesOnDisk()).noneMatch(bytes -> bytes.contains("nussecken"));
    }

    @Test
    void theyGoByAgeAndByCount() {
        ConversationId talk = talk(ANN);
        List<TurnTrace> many = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            many.add(trace("t" + (10 + i), talk, ANN, NOW.plusSeconds(i), Set.of(), Set.of()));
        }
        truth().traces().put(many);
        assertThat(truth().traces().trim(30)).isZero();
        assertThat(truth().traces().trim(25)).isEqualTo(5);
        assertThat(recalled("t14")).isEmpty();
        assertThat(recalled("t15")).hasSize(1);
        long gone = truth().expiring().stream()
                .filter(kind -> kind.kept() == Kept.TRACES)
                .mapToLong(kind -> kind.expire(NOW.plusSeconds(20), 100))
                .sum();
        assertThat(gone).isEqualTo(15);
        assertThat(truth().traces().count()).isEqualTo(10);
        assertThat(recalled("t29")).isEmpty();
        assertThat(recalled("t30")).hasSize(1);
    }

    @Test
    void theRecorderWritesBehindTheTurnsAndDropsWhatItHasNoRoomFor() throws Exception {
        ConversationId talk = talk(ANN);
        CountDownLatch held = new CountDownLatch(1);
        AtomicInteger taken = new AtomicInteger();
        try (TraceRecorder recorder = new TraceRecorder(truth().traces(), 100)) {
            assertThat(recorder.offer(ANN, () -> {
                        awaited(held);
                        return trace("first", talk, ANN, NOW, Set.of(), Set.of());
                    }))
                    .isTrue();
            while (recorder.counts().waiting() > 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < TraceRecorder.MOST_WAITING + 10; i++) {
                int number = i;
                if (recorder.offer(
                        ANN,
                        () -> trace("t" + (1_000 + number), talk, ANN, NOW.plusSeconds(number), Set.of(), Set.of()))) {
                    taken.incrementAndGet();
                }
            }
            assertThat(taken.get()).isEqualTo(TraceRecorder.MOST_WAITING);
            assertThat(recorder.counts().dropped()).isEqualTo(10);
            assertThat(recorder.flush(Duration.ofMillis(20))).isFalse();
            assertThat(recorder.remaining(ANN)).isEqualTo(TraceRecorder.MOST_WAITING);
            held.countDown();
            assertThat(recorder.flush(PATIENCE)).isTrue();
            assertThat(recorder.counts()).isEqualTo(new TraceRecorder.Counts(TraceRecorder.MOST_WAITING + 1, 10, 0, 0));
            assertThat(recorder.offer(BEN, () -> {
                        throw new IllegalStateException("cannot be made");
                    }))
                    .isTrue();
            assertThat(recorder.flush(PATIENCE)).isTrue();
            assertThat(recorder.counts().failed()).isEqualTo(1);
        }
        assertThat(truth().traces().count())
                .as("trimmed on the way, and no more than a round too many")
                .isBetween(100L, 356L);
    }

    @Test
    void oneThatTheStoreRefusesTakesNoOtherWithIt() {
        ConversationId talk = talk(ANN);
        CountDownLatch held = new CountDownLatch(1);
        try (TraceRecorder recorder = new TraceRecorder(new Picky(truth().traces()), 100)) {
            recorder.offer(ANN, () -> {
                awaited(held);
                return trace("first", talk, ANN, NOW, Set.of(), Set.of());
            });
            while (recorder.counts().waiting() > 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 10; i++) {
                String turn = (i == 4 ? "bad" : "t") + i;
                recorder.offer(ANN, () -> trace(turn, talk, ANN, NOW, Set.of(), Set.of()));
            }
            recorder.offer(ANN, () -> {
                throw new IllegalStateException("cannot be made");
            });
            held.countDown();
            assertThat(recorder.flush(PATIENCE)).isTrue();
            assertThat(recorder.counts()).isEqualTo(new TraceRecorder.Counts(10, 0, 2, 0));
        }
        assertThat(truth().traces().count()).isEqualTo(10);
        assertThat(truth().traces().trace(new TurnId("t9"))).isPresent();
    }

    /// The store, which refuses turns called bad as one does whose columns do not take a value.
    private record Picky(Traces store) implements Traces {
        @Override
        public int put(List<TurnTrace> traces) {
            if (traces.stream().anyMatch(trace -> trace.head().turn().value().startsWith("bad"))) {
                throw new MemoryException(MemoryException.Code.STORAGE, "the database failed; nothing was kept");
            }
            return store.put(traces);
        }

        @Override
        public Optional<TurnTrace> trace(TurnId turn) {
            return store.trace(turn);
        }

        @Override
        public Optional<TurnId> ofSlate(SlateId slate) {
            return store.ofSlate(slate);
        }

        @Override
        public Page<TraceHead> page(ConversationId conversation, @Nullable String cursor, int limit) {
            return store.page(conversation, cursor, limit);
        }

        @Override
        public Page<TurnTrace> page(UserId user, @Nullable String cursor, int limit) {
            return store.page(user, cursor, limit);
        }

        @Override
        public long count() {
            return store.count();
        }

        @Override
        public int trim(long most) {
            return store.trim(most);
        }
    }

    @Test
    void whatWaitsIsForgottenWithItsUserAndClosingWritesTheRest() {
        ConversationId talk = talk(ANN);
        ConversationId bens = talk(BEN);
        CountDownLatch held = new CountDownLatch(1);
        try (TraceRecorder recorder = new TraceRecorder(truth().traces(), 100)) {
            recorder.offer(BEN, () -> {
                awaited(held);
                return trace("first", bens, BEN, NOW, Set.of(), Set.of());
            });
            while (recorder.counts().waiting() > 0) {
                Thread.onSpinWait();
            }
            recorder.offer(ANN, () -> trace("t1", talk, ANN, NOW, Set.of(), Set.of()));
            recorder.offer(BEN, () -> trace("t2", bens, BEN, NOW, Set.of(), Set.of()));
            assertThat(recorder.erase(ANN)).isEqualTo(1);
            assertThat(recorder.remaining(ANN)).isZero();
            held.countDown();
        }
        assertThat(truth().traces().count()).isEqualTo(2);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
