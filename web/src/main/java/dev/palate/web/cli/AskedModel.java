package dev.palate.web.cli;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.TokenLedger;
import dev.palate.agent.llm.hosted.HostedModel;
import dev.palate.agent.llm.hosted.HostedSettings;
import dev.palate.agent.llm.local.EmbeddedModel;
import dev.palate.agent.llm.local.ModelStore;
import dev.palate.agent.ranking.HandleScorer;
import dev.palate.agent.ranking.Scorer;
import dev.palate.agent.ranking.YesNoScorer;
import dev.palate.prompts.PromptLibrary;
import dev.palate.web.HostedProperties;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The language model that a measurement asks: a hosted one at T3, the local one at T2.
final class AskedModel {
    private static final Duration READY = Duration.ofMinutes(30);

    @Option(
            names = "--url",
            paramLabel = "ADDRESS",
            description = "For T3: base address of a hosted model, such as https://HOST/v1.")
    private String url = "";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "For T3: the model as the provider calls it. For T2: a model of ./palate model list.")
    private String model = "";

    @Option(names = "--provider", paramLabel = "NAME", defaultValue = "openai", description = "openai or ollama.")
    private String provider = "openai";

    @Option(names = "--key-env", paramLabel = "NAME", description = "Environment variable that holds the key.")
    private @Nullable String keyEnv;

    @Option(names = "--key-file", paramLabel = "FILE", description = "File that holds the key.")
    private @Nullable Path keyFile;

    @Option(
            names = "--daily-tokens",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Most tokens that this run may take of a hosted model. Default: 2000000.")
    private long dailyTokens = 2_000_000;

    /// Starts it and waits until it is ready.
    ///
    /// @throws AgentException when it does not become ready
    /// @throws IllegalArgumentException for settings that are missing
    LanguageModel open(ModelLevel level, Path log) throws InterruptedException {
        Clock clock = Clock.systemUTC();
        LanguageModel opened = switch (level) {
            case T3 -> hosted(clock);
            case T2 -> local(log, clock);
            case T0, T1 -> throw new IllegalArgumentException("at " + level + " no model scores lists");
        };
        try {
            ready(opened, level);
            return opened;
        } catch (AgentException | InterruptedException e) {
            opened.close();
            throw e;
        }
    }

    /// The settings of the hosted model.
    ///
    /// @throws IllegalArgumentException for settings that are missing or wrong
    HostedSettings settings() {
        if (url.isBlank() || model.isBlank()) {
            throw new IllegalArgumentException("--level T3 wants a hosted model: name it by --url and --model");
        }
        var properties = new HostedProperties(
                url,
                model,
                provider,
                keyEnv,
                keyFile,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                4,
                32,
                1 << 20,
                0,
                false,
                null,
                new HostedProperties.Retry(4, Duration.ofSeconds(1), Duration.ofMinutes(1)),
                new HostedProperties.Breaker(20, Duration.ofMinutes(1), Duration.ofSeconds(30)),
                new HostedProperties.Price(0, null, 0),
                new HostedProperties.Daily(-1, dailyTokens));
        return properties.settings(ModelRole.RANKING, System.getenv());
    }

    private HostedModel hosted(Clock clock) {
        HostedSettings settings = settings();
        return HostedModel.start(
                settings, new TokenLedger(settings.budget(), settings.prices(), clock, TokenLedger.Book.NONE), clock);
    }

    private EmbeddedModel local(Path log, Clock clock) {
        ModelStore store = ModelStore.of(System.getenv());
        ModelId id = model.isBlank() ? store.catalogue().standard().id() : new ModelId(model);
        return EmbeddedModel.start(store, new EmbeddedModel.Settings(id, Optional.of(ModelLevel.T2), log), clock);
    }

    private static void ready(LanguageModel model, ModelLevel level) throws InterruptedException {
        long end = System.nanoTime() + READY.toNanos();
        while (!model.state().usable()) {
            ModelState state = model.state();
            boolean over = state instanceof ModelState.Absent || state instanceof ModelState.Failed;
            if (over || System.nanoTime() > end) {
                throw new AgentException(
                        AgentException.Code.MODEL_UNAVAILABLE, model.id() + " is not ready: " + state.reason());
            }
            Thread.sleep(200);
        }
        if (model.level() != level) {
            throw new AgentException(
                    AgentException.Code.MODEL_UNAVAILABLE,
                    model.id() + " is at " + model.level() + ", not at " + level + ": "
                            + model.state().reason());
        }
    }

    /// How a model of that level scores lists.
    static Scorer scorer(ModelLevel level, LanguageModel model) {
        PromptLibrary prompts = PromptLibrary.load();
        return level == ModelLevel.T3 ? new HandleScorer(model, prompts) : new YesNoScorer(model, prompts);
    }
}
