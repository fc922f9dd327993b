package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScriptedModelTest extends LanguageModelContract {
    private final ScriptedModel model = ScriptedModel.saying(ModelLevel.T2, "[[A]] is slow, as you asked. ".repeat(40));

    @Override
    protected LanguageModel model() {
        return model;
    }

    @Test
    void stallsUntilTheDeadline() {
        var stalling = new ScriptedModel(
                ModelLevel.T2,
                _ -> List.<Script.Step>of(new Script.Step.Stall()).iterator());
        assertCode(
                Code.MODEL_DEADLINE,
                () -> stalling.say(PROMPT, new SayLimits(8), in(Duration.ofMillis(20)), _ -> true));
    }

    @Test
    void aModelThatIsNotReadyServesNobody() {
        model.state(new ModelState.Restarting("killed", 1));
        assertThat(model.level()).isEqualTo(ModelLevel.T0);
        assertCode(
                Code.MODEL_UNAVAILABLE,
                () -> model.say(PROMPT, new SayLimits(8), in(Duration.ofSeconds(1)), _ -> true));
    }

    @Test
    void keepsTheLatestPromptsOnly() {
        for (int i = 0; i < 70; i++) {
            model.choose(prompt("p" + i), List.of("a"), in(Duration.ofSeconds(5)));
        }
        assertThat(model.prompts()).hasSize(ScriptedModel.KEPT_PROMPTS);
        assertThat(model.prompts().getLast().user()).isEqualTo("p69");
    }

    @Test
    void hostileScriptDoesItsWorstRepeatably() {
        assertThat(hostileRun(7)).isEqualTo(hostileRun(7)).isNotEqualTo(hostileRun(8));
        String all = String.join("\n", hostileRun(7));
        assertThat(all)
                .contains("Hidden Film", "MODEL_DEADLINE", "scripted fault", "https://evil", "[[item:", "CANCELLED");
    }

    private static List<String> hostileRun(long seed) {
        var model = ScriptedModel.hostile(ModelLevel.T2, seed, List.of("Hidden Film"));
        var seen = new ArrayList<String>();
        for (int i = 0; i < 80; i++) {
            var text = new StringBuilder();
            try {
                Reply reply = model.say(PROMPT, new SayLimits(8), in(Duration.ofMillis(60)), piece -> {
                    text.append(piece);
                    return text.length() < 2_000;
                });
                seen.add(reply.finish() == Reply.Finish.DEADLINE ? "MODEL_DEADLINE" : reply.finish() + text.toString());
            } catch (RuntimeException e) {
                seen.add(
                        e instanceof AgentException a && a.code() == Code.MODEL_DEADLINE
                                ? "MODEL_DEADLINE"
                                : e.getMessage());
            }
        }
        return seen;
    }

    @Test
    void hostileFillsAreRefusedByTheShape() {
        var model = ScriptedModel.hostile(ModelLevel.T2, 3, List.of());
        var shape = JsonShape.object("handle", new JsonShape.Enumeration(List.of("A", "B")));
        int fitting = 0;
        for (int i = 0; i < 200; i++) {
            try {
                shape.parse(model.fill(PROMPT, shape, new FillLimits(16), in(Duration.ofMillis(2)))
                        .json());
                fitting++;
            } catch (RuntimeException e) {
                assertThatCode(() -> {
                            throw e;
                        })
                        .isNotInstanceOf(StackOverflowError.class);
            }
        }
        assertThat(fitting).isBetween(5, 60);
    }
}
