package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.ranking.Blend;
import dev.palate.agent.ranking.HandleScorer;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.agent.ranking.LlmWeight;
import dev.palate.memory.conversation.Conversation;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.retrieval.recommend.RankedItem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Turns in which a model scores what may be shown: only by a proved weight, only what the rules let through, and
/// without it where it fails.
class ScoredTurnTest {
    private final TestStack stack = TestStack.get();

    private static ScriptedModel model(Supplier<Script.Step> answer) {
        return new ScriptedModel(ModelLevel.T3, new Script() {
            @Override
            public Step fill(RenderedPrompt prompt, JsonShape shape) {
                return answer.get();
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
    }

    private List<TurnEvent> say(ScriptedModel model, double low, TurnRequest.UseModels models) {
        var weight = new LlmWeight("scripted", ModelLevel.T3, "rank/v1", 2, low, 3, 50, Instant.EPOCH);
        var ranker = new LlmRanker(
                model, new HandleScorer(model, PromptLibrary.load()), List.of(weight), InstantSource.system());
        Conversation conversation = stack.conversation();
        try (var agent = new GraphAgent(stack.parts(model, stack.recommender, ranker), TurnLimits.DEFAULT)) {
            return TestStack.say(
                    agent, new TurnRequest(conversation.id(), "a western before 1990, no comedies", 5, models));
        }
    }

    private static TurnEvent.Recommended shown(List<TurnEvent> events) {
        return events.stream()
                .filter(TurnEvent.Recommended.class::isInstance)
                .map(TurnEvent.Recommended.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static boolean asked(ScriptedModel model) {
        return model.prompts().stream().anyMatch(prompt -> prompt.user().contains("A. "));
    }

    @Test
    void whatTheModelScoresIsAPartOfTheScoreAndObeysTheRules() {
        ScriptedModel model = model(() -> new Script.Step.Piece(
                "{\"scores\":[{\"handle\":\"A\",\"score\":0},{\"handle\":\"B\",\"score\":100}]}"));
        TurnEvent.Recommended shown = shown(say(model, 1, TurnRequest.UseModels.AUTO));
        assertThat(asked(model)).isTrue();
        assertThat(shown.degraded()).doesNotContain(LlmRanker.DEGRADED);
        assertThat(shown.items())
                .hasSize(5)
                .allMatch(ranked -> ranked.item().categories().contains("Western")
                        && !ranked.item().categories().contains("Comedy"))
                .anyMatch(ranked -> ranked.parts().containsKey(Blend.PART));
        for (RankedItem ranked : shown.items()) {
            assertThat(ranked.parts().values().stream()
                            .mapToDouble(Double::doubleValue)
                            .sum())
                    .isCloseTo(ranked.score(), within(1e-6));
        }
    }

    @Test
    void withoutAProvedWeightOrLeaveNothingIsAsked() {
        ScriptedModel model = model(() -> new Script.Step.Piece("{\"scores\":[]}"));
        assertThat(shown(say(model, 0, TurnRequest.UseModels.AUTO)).items())
                .hasSize(5)
                .noneMatch(ranked -> ranked.parts().containsKey(Blend.PART));
        assertThat(shown(say(model, 1, TurnRequest.UseModels.NEVER)).items()).hasSize(5);
        assertThat(model.prompts()).noneMatch(prompt -> prompt.user().contains("A. "));
    }

    @Test
    void aModelThatFailsLeavesTheListAsItWas() {
        ScriptedModel model = model(Script.Step.Stall::new);
        TurnEvent.Recommended shown = shown(say(model, 1, TurnRequest.UseModels.AUTO));
        assertThat(shown.items()).hasSize(5);
        assertThat(shown.degraded()).contains(LlmRanker.DEGRADED);
    }
}
