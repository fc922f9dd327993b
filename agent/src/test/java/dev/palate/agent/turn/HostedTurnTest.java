package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.LayeredModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.llm.hosted.CircuitBreaker;
import dev.palate.agent.llm.hosted.HostedFixture;
import dev.palate.agent.llm.hosted.HostedModel;
import dev.palate.agent.llm.hosted.HostedSettings;
import dev.palate.agent.llm.hosted.ModelServer;
import dev.palate.memory.conversation.Conversation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whole turns over a hosted model that misbehaves on the wire: each completes, in time, with words.
@Timeout(180)
class HostedTurnTest {
    private static final TurnLimits LIMITS = new TurnLimits(
            4,
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(6),
            60);

    private final TestStack stack = TestStack.get();
    private final ModelServer server = new ModelServer();

    @AfterEach
    void end() {
        server.close();
    }

    private HostedModel hosted() {
        HostedSettings settings = HostedFixture.with(
                HostedFixture.settings("openai", server.url("openai")),
                new HostedSettings.Times(Duration.ofSeconds(2), Duration.ofMillis(1_500), Duration.ofSeconds(5)));
        return HostedFixture.start(HostedFixture.with(settings, 2), stack.clock);
    }

    private List<TurnEvent> turn(LanguageModel model) {
        try (var agent = new GraphAgent(stack.parts(model), LIMITS)) {
            Conversation conversation = stack.conversation();
            return TestStack.say(agent, conversation, "a western please", 3);
        }
    }

    private static TurnEvent.Spoken spoken(List<TurnEvent> events) {
        return events.stream()
                .filter(TurnEvent.Spoken.class::isInstance)
                .map(TurnEvent.Spoken.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whateverTheEndpointDoesTheTurnCompletesWithTheTemplate() {
        Map<String, ModelServer.Behaviour> wrongs = new LinkedHashMap<>();
        wrongs.put("slow", ModelServer.slow(60_000));
        wrongs.put("cut", ModelServer.cut());
        wrongs.put("unfinished", ModelServer.unfinished());
        wrongs.put("malformed", ModelServer.malformed());
        wrongs.put("429", ModelServer.status(429, "600"));
        wrongs.put("500", ModelServer.status(500, null));
        wrongs.put("401", ModelServer.status(401, null));
        wrongs.put("huge", ModelServer.huge());
        wrongs.put("never ending", ModelServer.neverEnding(0));
        wrongs.put("trickling", ModelServer.neverEnding(150));
        wrongs.forEach((name, wrong) -> {
            server.always(wrong);
            try (HostedModel model = hosted()) {
                long start = System.nanoTime();
                List<TurnEvent> events = turn(model);
                assertThat(events.getLast()).as(name).isInstanceOf(TurnEvent.Completed.class);
                assertThat(((TurnEvent.Completed) events.getLast()).finish())
                        .as(name)
                        .isEqualTo("stop");
                assertThat(spoken(events).text()).as(name).isNotBlank().doesNotContain("[[");
                assertThat(System.nanoTime() - start)
                        .as(name)
                        .isLessThan(Duration.ofSeconds(25).toNanos());
                assertThat(events.stream().filter(TurnEvent.Recommended.class::isInstance))
                        .as(name)
                        .hasSize(1);
                assertThat(model.status().counts().requests()).as(name).isPositive();
            }
        });
    }

    @Test
    void aLowerLevelSpeaksWhenTheHostedOneFails() {
        server.always(ModelServer.status(500, null));
        ScriptedModel local = ScriptedModel.saying(
                ModelLevel.T2, "[[A]] and [[B]] are westerns as you asked, and [[C]] is another one.");
        try (HostedModel hosted = hosted()) {
            var model = new LayeredModel(List.of(hosted, local));
            assertThat(model.level()).isEqualTo(ModelLevel.T3);
            assertThat(local.prompts()).isEmpty();
            turn(model);
            assertThat(local.prompts()).hasSize(1);
            turn(model);
            assertThat(hosted.status().breaker()).isEqualTo(CircuitBreaker.State.OPEN);
            long asked = hosted.status().counts().requests();
            List<TurnEvent> events = turn(model);
            assertThat(hosted.status().counts().requests())
                    .as("it is not asked while it rests")
                    .isEqualTo(asked);
            assertThat(local.prompts()).hasSize(3);
            assertThat(events.getLast()).isInstanceOf(TurnEvent.Completed.class);
        }
    }
}
