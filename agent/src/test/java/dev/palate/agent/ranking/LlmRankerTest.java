package dev.palate.agent.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.memory.catalog.ItemId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.retrieval.recommend.RankedItem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LlmRankerTest {
    private static final PromptLibrary PROMPTS = PromptLibrary.load();
    private static final List<RankedItem> ITEMS = Lists.of("x", 20);

    private static ScriptedModel filling(BiFunction<RenderedPrompt, JsonShape, Script.Step> filling) {
        return new ScriptedModel(ModelLevel.T3, new Script() {
            @Override
            public Step fill(RenderedPrompt prompt, JsonShape shape) {
                return filling.apply(prompt, shape);
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
    }

    private static ScriptedModel answering(String json) {
        return filling((prompt, shape) -> new Script.Step.Piece(json));
    }

    private static LlmWeight weight(double lambda, double low) {
        return new LlmWeight("scripted", ModelLevel.T3, "rank/v1", lambda, low, 2, 50, Instant.EPOCH);
    }

    private static LlmRanker ranker(ScriptedModel model, LlmWeight... weights) {
        return new LlmRanker(model, new HandleScorer(model, PROMPTS), List.of(weights), InstantSource.system());
    }

    private static List<String> ids(List<RankedItem> items) {
        return items.stream().map(ranked -> ranked.item().id().value()).toList();
    }

    @Test
    void withoutAProvedWeightNothingIsAskedAndNothingChanges() {
        ScriptedModel model = answering("{\"scores\":[{\"handle\":\"F\",\"score\":100}]}");
        for (LlmRanker ranker : List.of(
                LlmRanker.off(),
                ranker(model),
                ranker(model, weight(1.5, 0)),
                ranker(model, weight(-1.5, -2)),
                ranker(model, new LlmWeight("another", ModelLevel.T3, "rank/v1", 1, 1, 2, 50, Instant.EPOCH)),
                ranker(model, new LlmWeight("scripted", ModelLevel.T2, "rank/v1", 1, 1, 2, 50, Instant.EPOCH)),
                ranker(model, new LlmWeight("scripted", ModelLevel.T3, "rank/v0", 1, 1, 2, 50, Instant.EPOCH)))) {
            assertThat(ranker.depth()).isZero();
            LlmRanker.Outcome outcome = ranker.rank("a western", List.of(), ITEMS);
            assertThat(outcome.items()).isEqualTo(ITEMS);
            assertThat(outcome.calls()).isZero();
        }
        assertThat(model.prompts()).isEmpty();
    }

    @Test
    void aProvedWeightMovesItemsWithinTheBoundAndIsAPartOfTheScore() {
        ScriptedModel model = answering("{\"scores\":[{\"handle\":\"A\",\"score\":0},{\"handle\":\"B\",\"score\":50},"
                + "{\"handle\":\"C\",\"score\":100},{\"handle\":\"C\",\"score\":0}]}");
        LlmRanker.Outcome outcome = ranker(model, weight(5, 1)).rank("a western", List.of("likes westerns"), ITEMS);
        assertThat(outcome.calls()).isEqualTo(1);
        assertThat(ids(outcome.items())).startsWith("x3", "x2", "x1").containsExactlyInAnyOrderElementsOf(ids(ITEMS));
        double spread = Blend.spread(ITEMS);
        for (RankedItem ranked : outcome.items()) {
            double sum = ranked.parts().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();
            assertThat(ranked.score()).isCloseTo(sum, within(1e-9));
            assertThat(Math.abs(ranked.parts().getOrDefault(Blend.PART, 0.0)))
                    .isLessThanOrEqualTo(Blend.BOUND * spread + 1e-9);
        }
        assertThat(outcome.items()).extracting(RankedItem::rank).startsWith(1, 2, 3, 4, 5, 6);
        String prompt = model.prompts().getFirst().user();
        assertThat(prompt)
                .contains("wish: a western")
                .contains("remembered: likes westerns")
                .contains("A. Film x1 — drama, 1981");
    }

    @Test
    void idsNeverReachTheModel() {
        ScriptedModel model = answering("{\"scores\":[]}");
        List<RankedItem> items =
                List.of(Lists.ranked("secret-77", "Solaris", 1, 2), Lists.ranked("secret-78", "Moon", 2, 1));
        assertThat(ranker(model, weight(1, 0.5)).rank("x", List.of(), items).items())
                .hasSize(2);
        RenderedPrompt prompt = model.prompts().getFirst();
        assertThat(prompt.system() + prompt.user()).contains("A. Solaris").doesNotContain("secret");
    }

    @Test
    void whateverTheModelAnswersNoItemComesOrGoes() {
        for (String json : List.of(
                "",
                "nonsense",
                "{\"scores\":[{\"handle\":\"Z\",\"score\":100}]}",
                "{\"scores\":[{\"handle\":\"A\",\"score\":1000}]}",
                "{\"scores\":[{\"handle\":\"A\"}]}",
                "{\"scores\":{\"A\":1}}",
                "[".repeat(10_000))) {
            LlmRanker.Outcome outcome = ranker(answering(json), weight(1, 0.5)).rank("x", List.of(), ITEMS);
            assertThat(outcome.items()).as(json).isEqualTo(ITEMS);
            assertThat(outcome.degraded()).isTrue();
        }
        LlmRanker.Outcome none =
                ranker(answering("{\"scores\":[]}"), weight(1, 0.5)).rank("x", List.of(), ITEMS);
        assertThat(ids(none.items())).isEqualTo(ids(ITEMS));
        assertThat(none.degraded()).isFalse();
    }

    @Test
    void aStallingModelIsWaitedForAndThenLeft() {
        LlmRanker.Outcome outcome = ranker(filling((prompt, shape) -> new Script.Step.Stall()), weight(1, 0.5))
                .rank("x", List.of(), ITEMS);
        assertThat(outcome.items()).isEqualTo(ITEMS);
        assertThat(outcome.degraded()).isTrue();
    }

    @Test
    void yesAndNoAreWeighed() {
        var model = new ScriptedModel(ModelLevel.T2, new Script() {
            @Override
            public List<Double> weigh(RenderedPrompt prompt, List<String> options) {
                return prompt.user().contains("Film x4") ? List.of(-0.1, -3.0) : List.of(-2.0, -0.2);
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
        var scorer = new YesNoScorer(model, PROMPTS);
        var weight = new LlmWeight("scripted", ModelLevel.T2, "rank-one/v1", 3, 1, 5, 50, Instant.EPOCH);
        var ranker = new LlmRanker(model, scorer, List.of(weight), InstantSource.system());
        LlmRanker.Outcome outcome = ranker.rank("x", List.of(), ITEMS);
        assertThat(outcome.calls()).isEqualTo(10);
        assertThat(ids(outcome.items()).indexOf("x4")).isLessThan(3);
    }

    @Test
    void weightsAreKeptInAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve(LlmWeightFile.NAME);
        assertThat(LlmWeightFile.read(file)).isEmpty();
        LlmWeightFile.put(file, weight(0.2, -0.1));
        LlmWeightFile.put(file, weight(0.4, 0.1));
        var other = new LlmWeight("other", ModelLevel.T2, "rank-one/v1", 0, -1, 1, 12, Instant.EPOCH);
        LlmWeightFile.put(file, other);
        assertThat(LlmWeightFile.read(file)).containsExactly(weight(0.4, 0.1), other);
        Files.writeString(file, "[{\"model\":\"m\",\"level\":\"T9\"}]");
        assertThatThrownBy(() -> LlmWeightFile.read(file))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("is not as chat-evaluate --weights writes it");
    }

    @Test
    void equalScoresSayNothing() {
        Map<ItemId, Double> equal = new HashMap<>();
        ITEMS.forEach(ranked -> equal.put(ranked.item().id(), 50.0));
        assertThat(Blend.standardised(ITEMS, equal)).containsOnly(0);
        assertThat(ids(Blend.blend(ITEMS, 20, equal, 1))).isEqualTo(ids(ITEMS));
    }
}
