package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.collaborative.RuleDesk;
import dev.palate.agent.collaborative.RuleProposer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalCallsTest {
    /// So that who asks hears what the server waited for, and not only that it did not answer.
    @Test
    void aPreviewOfARuleEndsBeforeTheCommandGivesUp() {
        assertThat(LocalCalls.TIMEOUT).isGreaterThanOrEqualTo(RuleDesk.LONGEST.plus(Duration.ofSeconds(5)));
        assertThat(ProposeRuleCommand.TIMEOUT).isGreaterThanOrEqualTo(RuleProposer.LONGEST.plus(Duration.ofSeconds(5)));
    }
}
