package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.AgentException;
import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Subject;
import dev.palate.retrieval.recommend.Recommender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Lanes, deadlines, cancelling and falling back.
@Timeout(120)
class GraphAgentTest {
    private static final TurnLimits LIMITS = limits(4, Duration.ofSeconds(20));

    private final TestStack stack = TestStack.get();

    private static TurnLimits limits(int inFlight, Duration turn) {
        return new TurnLimits(
                inFlight,
                turn,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(8),
                60);
    }

    private static ScriptedModel stalling() {
        return new ScriptedModel(
                ModelLevel.T2,
                _ -> List.<Script.Step>of(new Script.Step.Piece("[[A]] fits "), new Script.Step.Stall())
                        .iterator());
    }

    private static TurnRequest request(Conversation conversation, String text) {
        return new TurnRequest(conversation.id(), text, 3, TurnRequest.UseModels.AUTO);
    }

    private static final class Seen {
        final List<TurnEvent> events = Collections.synchronizedList(new ArrayList<>());

        void add(TurnEvent event) {
            events.add(event);
        }

        void await(Predicate<TurnEvent> wanted) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (System.nanoTime() < end) {
                synchronized (events) {
                    if (events.stream().anyMatch(wanted)) {
                        return;
                    }
                }
                LockSupport.parkNanos(1_000_000);
            }
            throw new AssertionError("the event did not come, there were " + events);
        }

        <T extends TurnEvent> T only(Class<T> type) {
            synchronized (events) {
                List<T> found =
                        events.stream().filter(type::isInstance).map(type::cast).toList();
                assertThat(found).hasSize(1);
                return found.getFirst();
            }
        }
    }

    @Test
    void theMessageIsStoredWhenStartReturnsAndTheAnswerWhenItIsSpoken() throws Exception {
        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), LIMITS)) {
            Conversation conversation = stack.conversation();
            var seen = new Seen();
            Turn turn = agent.start(request(conversation, "a western please"), seen::add);
            List<Message> stored = stack.truth.conversations().latest(conversation.id(), 10);
            assertThat(stored.getFirst().text()).isEqualTo("a western please");
            assertThat(turn.done().get(30, TimeUnit.SECONDS)).isInstanceOf(TurnEvent.Completed.class);
            Message spoken =
                    stack.truth.conversations().latest(conversation.id(), 10).getLast();
            TurnEvent.Recommended shown = seen.only(TurnEvent.Recommended.class);
            assertThat(spoken.role()).isEqualTo(Role.ASSISTANT);
            assertThat(spoken.text())
                    .isEqualTo(seen.only(TurnEvent.Spoken.class).text());
            assertThat(spoken.slate()).isEqualTo(shown.slate());
            assertThat(stack.truth.slates().slate(shown.slate()).orElseThrow().entries())
                    .hasSize(3);
            assertThat(seen.events.stream().map(TurnEvent::name))
                    .containsExactly(
                            "turn.created",
                            "memory.recalled",
                            "intent.parsed",
                            "recommendations",
                            "message.delta",
                            "message.completed",
                            "usage",
                            "turn.completed");
        }
    }

    @Test
    void aReadyModelFindsTheWordsOverHandles() {
        var model = ScriptedModel.saying(
                ModelLevel.T2, "[[A]] is just right for your evening, and [[B]] comes close to it. [[Z]]");
        try (var agent = new GraphAgent(stack.parts(model), LIMITS)) {
            Conversation conversation = stack.conversation();
            var events = TestStack.say(agent, conversation, "a western, something slower", 3);
            var seen = new Seen();
            events.forEach(seen::add);
            TurnEvent.Spoken spoken = seen.only(TurnEvent.Spoken.class);
            var items = seen.only(TurnEvent.Recommended.class).items();
            assertThat(spoken.level()).isEqualTo("T2");
            assertThat(spoken.text())
                    .startsWith(items.getFirst().item().title() + " is just right")
                    .contains(items.get(1).item().title() + " comes close")
                    .contains("I know nothing about pace")
                    .doesNotContain("[[");
            assertThat(model.prompts()).hasSize(1);
            assertThat(model.prompts().getFirst().user())
                    .doesNotContain(items.getFirst().item().id().value() + " ");
        }
    }

    @Test
    void oneLaneAConversationAndCancelFreesIt() throws Exception {
        try (var agent = new GraphAgent(stack.parts(stalling()), LIMITS)) {
            Conversation conversation = stack.conversation();
            var seen = new Seen();
            Turn turn = agent.start(request(conversation, "a western please"), seen::add);
            assertThatThrownBy(() -> agent.start(request(conversation, "a comedy"), event -> {}))
                    .isInstanceOfSatisfying(
                            AgentException.class, e -> assertThat(e.code()).isEqualTo(AgentException.Code.BUSY))
                    .hasMessageContaining("wait for its end or cancel it");
            seen.await(event -> event instanceof TurnEvent.Delta);
            turn.cancel();
            assertThat(turn.done().get(10, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            TurnEvent.Completed.class,
                            completed -> assertThat(completed.finish()).isEqualTo("cancelled"));
            assertThat(seen.only(TurnEvent.Recommended.class).items()).hasSize(3);
            assertThat(stack.truth
                            .conversations()
                            .latest(conversation.id(), 1)
                            .getFirst()
                            .slate())
                    .isNotNull();
            Turn next = agent.start(request(conversation, "hello"), event -> {});
            assertThat(next.done().get(10, TimeUnit.SECONDS)).isInstanceOf(TurnEvent.Completed.class);
        }
    }

    @Test
    void soManyTurnsAtATimeAndNoMore() throws Exception {
        try (var agent = new GraphAgent(stack.parts(stalling()), limits(1, Duration.ofSeconds(20)))) {
            Turn turn = agent.start(request(stack.conversation(), "a western please"), event -> {});
            Conversation other = stack.conversation();
            assertThatThrownBy(() -> agent.start(request(other, "a comedy"), event -> {}))
                    .isInstanceOfSatisfying(
                            AgentException.class, e -> assertThat(e.code()).isEqualTo(AgentException.Code.BUSY))
                    .hasMessageContaining("all 1 lanes");
            turn.cancel();
            turn.done().get(10, TimeUnit.SECONDS);
            agent.start(request(other, "hello"), event -> {}).done().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void anUnknownConversationIsNotFoundAndTakesNoLane() {
        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), limits(1, Duration.ofSeconds(20)))) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> agent.start(
                                new TurnRequest(new ConversationId("nowhere"), "hi", 3, TurnRequest.UseModels.AUTO),
                                event -> {}))
                        .isInstanceOfSatisfying(
                                AgentException.class,
                                e -> assertThat(e.code()).isEqualTo(AgentException.Code.NOT_FOUND));
            }
        }
    }

    @Test
    void aModelThatHangsCostsItsWordsOnly() {
        LanguageModel hanging = new ScriptedModel(ModelLevel.T2, _ -> {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(10_000_000);
            }
            return Collections.emptyIterator();
        });
        var quick = new TurnLimits(
                4,
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofMillis(200),
                Duration.ofMillis(400),
                60);
        try (var agent = new GraphAgent(stack.parts(hanging), quick)) {
            long start = System.nanoTime();
            var seen = new Seen();
            TestStack.say(agent, stack.conversation(), "a western please", 3).forEach(seen::add);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
            assertThat(seen.only(TurnEvent.Spoken.class).level()).isEqualTo("T0");
            assertThat(seen.only(TurnEvent.Spoken.class).text()).contains("westerns");
            assertThat(seen.only(TurnEvent.Completed.class).finish()).isEqualTo("stop");
        }
    }

    @Test
    void aRecommenderThatFailsOrHangsIsSaid() {
        Recommender failing = request -> {
            throw new IllegalStateException("scripted");
        };
        try (var agent = new GraphAgent(stack.parts(new NoModel("test"), failing), LIMITS)) {
            var seen = new Seen();
            TestStack.say(agent, stack.conversation(), "a western please", 3).forEach(seen::add);
            assertThat(seen.only(TurnEvent.Recommended.class).degraded()).containsExactly("recommender");
            assertThat(seen.only(TurnEvent.Recommended.class).items()).isEmpty();
            assertThat(seen.only(TurnEvent.Spoken.class).text()).contains("could not make a list");
        }
    }

    @Test
    void theTurnEndsAtItsDeadlineEvenWhenTheListenerHangs() throws Exception {
        try (var agent = new GraphAgent(stack.parts(stalling()), limits(1, Duration.ofMillis(300)))) {
            var release = new CountDownLatch(1);
            Conversation conversation = stack.conversation();
            Turn turn = agent.start(request(conversation, "a western please"), event -> {
                try {
                    release.await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(turn.done().get(20, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            TurnEvent.Completed.class,
                            completed -> assertThat(completed.finish()).isEqualTo("deadline"));
            release.countDown();
        }
    }

    @Test
    void aStallingModelIsEndedByTheTurnsDeadline() {
        try (var agent = new GraphAgent(stack.parts(stalling()), limits(4, Duration.ofMillis(1_500)))) {
            var seen = new Seen();
            TestStack.say(agent, stack.conversation(), "a western please", 3).forEach(seen::add);
            assertThat(seen.only(TurnEvent.Completed.class).finish()).isEqualTo("deadline");
        }
    }

    @Test
    void aListenerThatThrowsEndsTheTurnAndFreesTheLane() throws Exception {
        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), LIMITS)) {
            Conversation conversation = stack.conversation();
            Turn turn = agent.start(request(conversation, "a western please"), event -> {
                throw new IllegalStateException("scripted");
            });
            assertThat(turn.done().get(10, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            TurnEvent.Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo("listener"));
            assertThat(agent.start(request(conversation, "hello"), event -> {})
                            .done()
                            .get(10, TimeUnit.SECONDS))
                    .isInstanceOf(TurnEvent.Completed.class);
        }
    }

    @Test
    void conversationsSideBySideDoNotMix() throws Exception {
        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), LIMITS)) {
            var westerns = new Seen();
            var musicals = new Seen();
            Turn one = agent.start(request(stack.conversation(), "a western please, no musicals"), westerns::add);
            Turn two = agent.start(request(stack.conversation(), "a musical please, no westerns"), musicals::add);
            one.done().get(30, TimeUnit.SECONDS);
            two.done().get(30, TimeUnit.SECONDS);
            assertThat(westerns.only(TurnEvent.Recommended.class).items())
                    .isNotEmpty()
                    .allSatisfy(ranked -> assertThat(ranked.item().categories())
                            .contains("Western")
                            .doesNotContain("Musical"));
            assertThat(musicals.only(TurnEvent.Recommended.class).items())
                    .isNotEmpty()
                    .allSatisfy(ranked -> assertThat(ranked.item().categories())
                            .contains("Musical")
                            .doesNotContain("Western"));
        }
    }

    @ParameterizedTest
    @CsvSource({"no horror please, Does not want horror", "I don't like horror, Does not like horror"})
    void aMemoryThatRulesOutTheWishIsNamedAndCanBeForgotten(String said, String remembered) {
        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), LIMITS)) {
            Conversation first = stack.conversation();
            TestStack.say(agent, first, said, 3);
            Conversation later = stack.truth.conversations().start(first.user());
            var blocked = new Seen();
            TestStack.say(agent, later, "a horror film", 3).forEach(blocked::add);
            assertThat(blocked.only(TurnEvent.Recommended.class).items()).isEmpty();
            assertThat(blocked.only(TurnEvent.Spoken.class).text()).contains("I remember “" + remembered + "”");
            TestStack.say(agent, later, "forget horror", 3);
            var free = new Seen();
            TestStack.say(agent, later, "a horror film", 3).forEach(free::add);
            assertThat(free.only(TurnEvent.Recommended.class).items())
                    .hasSize(3)
                    .allSatisfy(ranked -> assertThat(ranked.item().categories()).contains("Horror"));
        }
    }

    @Test
    void whatTheAssistantSaidNeverBecomesAMemory() {
        var model = ScriptedModel.saying(ModelLevel.T2, "I love horror and I hate westerns, and [[A]] is a fine pick.");
        try (var agent = new GraphAgent(stack.parts(model), LIMITS)) {
            Conversation conversation = stack.conversation();
            for (int i = 0; i < 20; i++) {
                TestStack.say(agent, conversation, i % 2 == 0 ? "a comedy please" : "something else", 3);
            }
            assertThat(stack.memories.active(new Subject.OfUser(conversation.user())))
                    .isEmpty();
            List<Written> results = stack.writer.infer(
                    conversation.user(),
                    List.of(new MemoryWriter.Said(Role.ASSISTANT, "m1", "I love horror and I hate westerns.")),
                    Actor.AGENT);
            assertThat(results).hasSize(2).allSatisfy(written -> {
                assertThat(written.outcome()).isEqualTo(Written.Outcome.REJECT);
                assertThat(written.reason()).isEqualTo("role");
            });
            assertThat(stack.memories.active(new Subject.OfUser(conversation.user())))
                    .isEmpty();
        }
    }
}
