package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.AgentException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NoModelTest {
    @Test
    void saysWhyThereIsNone() {
        try (var model = new NoModel("started with --no-llm")) {
            assertThat(model.level()).isEqualTo(ModelLevel.T0);
            assertThat(model.state()).isEqualTo(new ModelState.Absent("started with --no-llm"));
            var deadline = Deadline.after(Duration.ofSeconds(1), InstantSource.system());
            assertThatThrownBy(() -> model.choose(LanguageModelContract.PROMPT, List.of("a"), deadline))
                    .isInstanceOf(AgentException.class)
                    .hasMessage("no language model: started with --no-llm");
        }
    }
}
