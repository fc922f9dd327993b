package dev.palate.agent.llm.local;

import dev.palate.agent.llm.LangChainContract;
import dev.palate.agent.llm.LanguageModel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LocalLangChainTest extends LangChainContract {
    private @Nullable LocalModel model;

    @BeforeAll
    void start(@TempDir Path folder) {
        model = SmokeModel.ready(SmokeModel.options(folder));
    }

    @AfterAll
    void stop() {
        if (model != null) {
            model.close();
        }
    }

    @Override
    protected LanguageModel model() {
        return java.util.Objects.requireNonNull(model);
    }
}
