package dev.palate.agent.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.ranking.HandleScorer;
import dev.palate.agent.ranking.Lists;
import dev.palate.agent.turn.DialogueReplay;
import dev.palate.memory.catalog.ItemId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToIntBiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The mechanics of proving a model's score, with scripted models: one that knows, one that guesses, one that goes by
/// the order.
final class ScoredChatsTest {
    private static final Pattern CANDIDATE = Pattern.compile("(?m)^([A-T])\\. (Film \\S+)");
    private static final int CASES = 80;

    private static List<ScoredChats.Listed> lists() {
        var random = new SplittableRandom(11);
        List<ScoredChats.Listed> lists = new ArrayList<>();
        for (int i = 0; i < CASES; i++) {
            String prefix = "c" + i + "-";
            var chat = new ChatCase(
                    "case" + i,
                    "made",
                    "dialog" + i,
                    List.of(new ChatCase.Spoken(ChatCase.Speaker.SEEKER, "something good please")),
                    Set.of(),
                    Set.of(new ItemId(prefix + (1 + random.nextInt(20)))));
            lists.add(new ScoredChats.Listed(
                    chat,
                    new DialogueReplay.Heard(
                            Lists.of(prefix, 30), true, List.of(), List.of(), "", DialogueReplay.Filled.NONE)));
        }
        return lists;
    }

    private static ScoredChats score(List<ScoredChats.Listed> lists, ToIntBiFunction<String, Integer> scoring) {
        var model = new ScriptedModel(ModelLevel.T3, new Script() {
            @Override
            public Step fill(RenderedPrompt prompt, JsonShape shape) {
                List<MatchResult> found =
                        CANDIDATE.matcher(prompt.user()).results().toList();
                assertThat(found).hasSize(20);
                return new Step.Piece(found.stream()
                        .map(match -> "{\"handle\":\"" + match.group(1) + "\",\"score\":"
                                + scoring.applyAsInt(match.group(2), found.indexOf(match)) + "}")
                        .collect(Collectors.joining(",", "{\"scores\":[", "]}")));
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
        return ScoredChats.score(
                lists,
                new HandleScorer(model, PromptLibrary.load()),
                new ScoredChats.Options(Duration.ofSeconds(10), 300, 3),
                InstantSource.system(),
                (phase, done, total) -> {});
    }

    private static ChatEvaluation evaluate(List<ScoredChats.Listed> lists, ScoredChats scored) {
        return ChatEvaluation.run(
                lists.stream().map(ScoredChats.Listed::chat).toList(),
                scored.arms(),
                300,
                3,
                (phase, done, total) -> {});
    }

    private static double reciprocal(ChatEvaluation evaluation, String arm) {
        return evaluation.arms().stream()
                .filter(one -> one.name().equals(arm))
                .findFirst()
                .orElseThrow()
                .metrics()
                .mean("MRR@50");
    }

    @Test
    void anOracleIsBelievedAndHelps() {
        List<ScoredChats.Listed> lists = lists();
        Set<String> targets = lists.stream()
                .flatMap(one -> one.chat().targets().stream())
                .map(item -> "Film " + item.value())
                .collect(Collectors.toSet());
        ScoredChats scored = score(lists, (title, place) -> targets.contains(title) ? 95 : 20);
        assertThat(scored.fit().low()).isPositive();
        assertThat(scored.fit().inForce()).isPositive();
        assertThat(scored.randomFit().inForce()).as("the control").isZero();
        assertThat(scored.foldLambdas()).allMatch(lambda -> lambda > 0);
        assertThat(scored.bias().tau()).isGreaterThan(0.99);
        assertThat(scored.cost().calls()).isEqualTo(2 * CASES);
        ChatEvaluation evaluation = evaluate(lists, scored);
        assertThat(reciprocal(evaluation, ScoredChats.FITTED)).isGreaterThan(reciprocal(evaluation, "T0") + 0.02);
        assertThat(evaluation.between(ScoredChats.FITTED, "T0", 300, 3))
                .anyMatch(one -> one.interval().low() > 0);
        assertThat(Map.copyOf(scored.report())).containsKeys("lambda", "lambda_of_random_scores", "position", "cost");
    }

    @Test
    void oneThatGuessesIsNot() {
        var random = new SplittableRandom(5);
        List<ScoredChats.Listed> lists = lists();
        ScoredChats scored = score(lists, (title, place) -> random.nextInt(101));
        assertThat(scored.fit().inForce()).isZero();
        assertThat(scored.bias().tau()).isBetween(-0.1, 0.1);
        ChatEvaluation evaluation = evaluate(lists, scored);
        ChatEvaluation.Arm fitted = evaluation.arms().getLast();
        assertThat(fitted.answers().stream().map(ChatArm.Answer::items))
                .as("λ is 0, so the lists are those without a model")
                .isEqualTo(evaluation.arms().getFirst().answers().stream()
                        .map(ChatArm.Answer::items)
                        .toList());
    }

    @Test
    void oneThatGoesByTheOrderIsFoundOut() {
        ScoredChats scored = score(lists(), (title, place) -> 100 - 5 * place);
        assertThat(scored.bias().positionShare()).isGreaterThan(0.99);
        assertThat(scored.bias().tau()).isBetween(-0.15, 0.15);
        assertThat(scored.fit().inForce()).isZero();
    }
}
