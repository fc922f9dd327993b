package dev.palate.agent.llm.hosted;

import dev.palate.agent.llm.LangChainContract;
import dev.palate.agent.llm.LanguageModel;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class HostedOpenAiLangChainTest extends LangChainContract {
    private static final ModelServer SERVER = new ModelServer();
    private static final HostedModel MODEL =
            HostedFixture.start(HostedFixture.settings("openai", SERVER.url("openai")), InstantSource.system());

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
