package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a turn says when it forgets, cannot look, or cannot write; over the real stack.
@Timeout(120)
class ForgetEverythingTest {
    private static final Actor APP = new Actor("user:test");
    private static final TurnLimits LIMITS = limits(Duration.ofSeconds(10));

    private final TestStack stack = TestStack.get();

    private static TurnLimits limits(Duration recall) {
        TurnLimits usual = TurnLimits.DEFAULT;
        return new TurnLimits(
                usual.inFlight(),
                usual.turn(),
                recall,
                Duration.ofSeconds(5),
                usual.firstWord(),
                usual.words(),
                usual.tokens());
    }

    private Memory said(UserId user, String text) {
        Written written = stack.writer.asIs(user, text, Trust.STATED, APP);
        return Objects.requireNonNull(written.memory(), written.toString());
    }

    private void change(Memory memory, UnaryOperator<Memory> next) {
        stack.writer.change(new MemoryWriter.Edit(memory.id(), OptionalLong.empty(), APP), "edit", next);
    }

    private static String spoken(List<TurnEvent> events) {
        return events.stream()
                .filter(TurnEvent.Spoken.class::isInstance)
                .map(event -> ((TurnEvent.Spoken) event).text())
                .findFirst()
                .orElseThrow();
    }

    private static List<TurnEvent.Remembered> remembered(List<TurnEvent> events) {
        return events.stream()
                .filter(TurnEvent.Remembered.class::isInstance)
                .map(TurnEvent.Remembered.class::cast)
                .toList();
    }

    @Test
    void everythingIsWhatIsNoLongerInForceToo() {
        Conversation conversation = stack.conversation();
        UserId user = conversation.user();
        Subject subject = new Subject.OfUser(user);
        said(user, "Likes horror");
        said(user, "Hates horror");
        change(said(user, "Owns a cat"), memory -> memory.draft().muted(true).build());
        change(
                said(user, "Lives by the sea"),
                memory -> memory.draft().validTo(memory.validFrom()).build());
        change(
                said(user, "Watches on the train"),
                memory -> memory.draft().status(MemoryStatus.QUARANTINED).build());
        stack.writer.infer(
                user,
                List.of(new MemoryWriter.Said(Role.USER, "m1", "I love westerns, dramas, comedies and musicals")),
                APP);
        assertThat(stack.truth.memories().states(subject, null)).hasSize(8);
        assertThat(stack.truth.rejections().page(subject, null, 10).items()).hasSize(1);

        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), LIMITS)) {
            List<TurnEvent> events = TestStack.say(agent, conversation, "forget everything about me", 3);
            assertThat(spoken(events))
                    .isEqualTo("Forgotten: everything, 8 memories in all, also those no longer in force.");
            assertThat(remembered(events))
                    .as("without a word of what was forgotten")
                    .containsExactly(new TurnEvent.Remembered("FORGET", "", "everything", ""));
            assertThat(stack.truth.memories().states(subject, null)).isEmpty();
            assertThat(stack.memories.active(subject)).isEmpty();
            assertThat(stack.truth.rejections().page(subject, null, 10).items()).isEmpty();
            Page<ErasureState> erasures = stack.erasure.page(user, null, 10);
            assertThat(erasures.items()).as("one erasure of them all").hasSize(1);

            assertThat(spoken(TestStack.say(agent, conversation, "forget everything about me", 3)))
                    .isEqualTo("There was nothing that I remembered about you.");
        }
    }

    /// The real memories, of which some calls wait or fail first.
    private Memories meeting(Consumer<String> calls) {
        return (Memories) Proxy.newProxyInstance(
                Memories.class.getClassLoader(), new Class<?>[] {Memories.class}, (proxy, method, arguments) -> {
                    calls.accept(method.getName());
                    try {
                        return method.invoke(stack.memories, arguments);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    private AgentParts parts(Memories memories) {
        AgentParts parts = stack.parts(new NoModel("test"));
        var stores = new GatedMemories.Stores(
                memories, stack.truth.rejections(), stack.truth.consents(), stack.memories::cosines);
        var door = new GatedMemories(stores, Gates.standard(), stack.ids, stack.clock);
        return new AgentParts(
                parts.catalog(),
                parts.conversations(),
                memories,
                parts.erasing(),
                parts.slates(),
                parts.reinforcement(),
                parts.recommender(),
                parts.snapshots(),
                parts.reader(),
                new MemoryWriter(door, stack.reader, stack.snapshots, stack.clock),
                parts.model(),
                parts.prompts(),
                parts.ids(),
                parts.changes(),
                parts.traces(),
                parts.clock(),
                LlmRanker.off(),
                Optional.empty(),
                parts.digests());
    }

    @Test
    void whoCannotLookSaysSo() {
        Conversation conversation = stack.conversation();
        said(conversation.user(), "Likes horror");
        var goOn = new CountDownLatch(1);
        Memories slow = meeting(call -> {
            if (call.equals("active") || call.equals("page")) {
                try {
                    assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        try (var agent = new GraphAgent(parts(slow), limits(Duration.ofMillis(200)))) {
            assertThat(spoken(TestStack.say(agent, conversation, "forget horror", 3)))
                    .isEqualTo("I could not look at what I remember just now, so nothing was forgotten. Ask again in"
                            + " a moment.");
            List<TurnEvent> events = TestStack.say(agent, conversation, "forget everything about me", 3);
            assertThat(spoken(events))
                    .isEqualTo("I could not see whether that was done. Ask me what I know about you, and tell me again"
                            + " if anything is left.");
            assertThat(remembered(events))
                    .containsExactly(new TurnEvent.Remembered("FAIL", "", "forget everything", "late"));
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void whatCouldNotBeWrittenIsSaidAndIsNoRefusal() {
        for (MemoryException.Code code :
                List.of(MemoryException.Code.BUSY, MemoryException.Code.DEADLINE, MemoryException.Code.STORAGE)) {
            Conversation conversation = stack.conversation();
            Memories broken = meeting(call -> {
                if (call.equals("put")) {
                    throw new MemoryException(code, "as asked");
                }
            });
            try (var agent = new GraphAgent(parts(broken), LIMITS)) {
                List<TurnEvent> events = TestStack.say(agent, conversation, "I love westerns", 3);
                assertThat(events.getLast()).isInstanceOf(TurnEvent.Completed.class);
                assertThat(remembered(events)).singleElement().satisfies(event -> {
                    assertThat(event.outcome()).isEqualTo(TurnEvent.Remembered.FAILED);
                    assertThat(event.name()).isEqualTo("memory.failed");
                    assertThat(event.text()).contains("westerns");
                    assertThat(event.reason()).isEqualTo(code.name().toLowerCase(java.util.Locale.ROOT));
                });
            }
            Subject subject = new Subject.OfUser(conversation.user());
            assertThat(stack.truth.rejections().page(subject, null, 10).items()).isEmpty();
            assertThat(stack.truth.memories().states(subject, null)).isEmpty();
        }
    }

    @Test
    void whoIsErasedInTheMiddleOfATurnStaysErased() throws Exception {
        Conversation conversation = stack.conversation();
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        Memories slow = meeting(call -> {
            if (call.equals("put")) {
                asked.countDown();
                try {
                    assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        try (var agent = new GraphAgent(parts(slow), limits(Duration.ofMillis(300)))) {
            Turn turn = agent.start(
                    new TurnRequest(conversation.id(), "I love westerns", 3, TurnRequest.UseModels.AUTO), event -> {});
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            turn.done().get(60, TimeUnit.SECONDS);
            assertThat(stack.erasure.user(conversation.user()).complete()).isTrue();
            goOn.countDown();
            Thread.sleep(300);
        }
        Subject subject = new Subject.OfUser(conversation.user());
        assertThat(stack.truth.users().user(conversation.user())).isEmpty();
        assertThat(stack.truth.memories().states(subject, null)).isEmpty();
        assertThat(stack.truth.rejections().page(subject, null, 10).items()).isEmpty();
        assertThat(stack.memories.active(subject)).isEmpty();
    }
}
