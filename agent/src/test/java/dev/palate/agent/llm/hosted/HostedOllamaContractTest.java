package dev.palate.agent.llm.hosted;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.LanguageModelContract;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class HostedOllamaContractTest extends LanguageModelContract {
    private static final ModelServer SERVER = new ModelServer();
    private static final HostedModel MODEL =
            HostedFixture.start(HostedFixture.settings("ollama", SERVER.url("ollama")), InstantSource.system());

    @Override
    protected LanguageModel model() {
        return MODEL;
    }

    @AfterAll
    static void end() {
        MODEL.close();
        SERVER.close();
    }
}
