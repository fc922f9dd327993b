package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.AgentException;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LayeredModelTest {
    private static final RenderedPrompt PROMPT = new RenderedPrompt("", "x", new PromptVersion("contract", 1));
    private static final AgentException LOST = new AgentException(AgentException.Code.MODEL_LOST, "lost");

    private final ScriptedModel below = ScriptedModel.saying(ModelLevel.T2, "from below");

    private static ScriptedModel failing(List<Script.Step> before) {
        return new ScriptedModel(ModelLevel.T3, _ -> {
            var steps = new ArrayList<>(before);
            steps.add(new Script.Step.Fail(LOST));
            return steps.iterator();
        });
    }

    private Reply say(LanguageModel above) {
        return new LayeredModel(List.of(above, below))
                .say(
                        PROMPT,
                        new SayLimits(10),
                        Deadline.after(Duration.ofSeconds(5), InstantSource.system()),
                        _ -> true);
    }

    @Test
    void aFailureBeforeTheFirstWordGoesOneDown() {
        assertThat(say(failing(List.of())).text()).isEqualTo("from below");
    }

    @Test
    void afterAWordItDoesNot() {
        assertThatThrownBy(() -> say(failing(List.of(new Script.Step.Piece("well")))))
                .isSameAs(LOST);
        assertThat(below.prompts()).isEmpty();
    }

    @Test
    void whatIsNotUsableIsPassedOver() {
        ScriptedModel above = ScriptedModel.saying(ModelLevel.T3, "from above");
        assertThat(say(above).text()).isEqualTo("from above");
        above.state(new ModelState.Paused("its endpoint failed"));
        var layered = new LayeredModel(List.of(above, below));
        assertThat(layered.level()).isEqualTo(ModelLevel.T2);
        assertThat(say(above).text()).isEqualTo("from below");
        below.state(new ModelState.Absent("gone"));
        assertThat(layered.level()).isEqualTo(ModelLevel.T0);
        assertThatThrownBy(() -> say(above)).hasMessage("no language model is ready: its endpoint failed");
    }
}
