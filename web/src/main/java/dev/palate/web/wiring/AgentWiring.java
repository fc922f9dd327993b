package dev.palate.web.wiring;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.local.EmbeddedModel;
import dev.palate.agent.llm.local.ModelStore;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.web.PalateProperties;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The language model and the turn.
@Configuration(proxyBeanMethods = false)
class AgentWiring {
    @Bean(destroyMethod = "close")
    DeferredModel languageModel(PalateProperties properties, DataDirectory directory, Clock clock) {
        PalateProperties.Llm settings = properties.llm();
        if (!settings.enabled()) {
            return new DeferredModel(() -> new NoModel("switched off (--no-llm)"));
        }
        Path log = directory.logs().resolve("model.log");
        return new DeferredModel(() -> start(settings, log, clock));
    }

    private static LanguageModel start(PalateProperties.Llm settings, Path log, Clock clock) {
        ModelStore store = ModelStore.of(System.getenv());
        String named = settings.model();
        ModelId id = named == null ? store.catalogue().standard().id() : new ModelId(named);
        return EmbeddedModel.start(store, new EmbeddedModel.Settings(id, Optional.empty(), log), clock);
    }
}
