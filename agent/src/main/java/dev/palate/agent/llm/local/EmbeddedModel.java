package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Choice;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.ForgottenPrompts;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelSpeed;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import dev.palate.agent.llm.TokenSink;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.prompts.SpeakPrompt;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The product's own model: fetches what is missing in the background, starts the process, and rises from T0 to its
/// level by itself. Until then, and when it cannot be had, every call fails with `MODEL_UNAVAILABLE` and [#state]
/// says
/// why in one line. Thread-safe.
public final class EmbeddedModel implements LanguageModel {
    private final ModelStore store;
    private final Settings settings;
    private final ModelCatalogue.Weights weights;
    private final InstantSource clock;
    private final Thread starter;
    private volatile LanguageModel current;
    private volatile ModelState starting = new ModelState.Starting("looking for the model");
    private volatile boolean closed;

    /// How it is started.
    ///
    /// @param id a model of the store's catalogue
    /// @param forcedLevel level in force whatever the speed; for tests
    /// @param logFile of the process
    public record Settings(ModelId id, Optional<ModelLevel> forcedLevel, Path logFile) {}

    private EmbeddedModel(ModelStore store, Settings settings, InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.weights = store.catalogue().weights(settings.id());
        this.current = new NoModel("not started yet");
        this.starter = Thread.ofPlatform().daemon().name("palate-model-pull").unstarted(this::run);
    }

    /// Begins in the background and returns at once.
    ///
    /// @throws AgentException `MODEL_STORE` for a model that the catalogue does not have
    public static EmbeddedModel start(ModelStore store, Settings settings, InstantSource clock) {
        var model = new EmbeddedModel(store, settings, clock);
        model.starter.start();
        return model;
    }

    /// Id of the process that runs now.
    public OptionalLong processId() {
        return current instanceof LocalModel local ? local.processId() : OptionalLong.empty();
    }

    @Override
    public ModelId id() {
        return weights.id();
    }

    @Override
    public ModelLevel level() {
        return current.level();
    }

    @Override
    public ModelState state() {
        return current instanceof LocalModel local ? local.state() : starting;
    }

    @Override
    public long restarts() {
        return current.restarts();
    }

    @Override
    public Choice choose(RenderedPrompt prompt, List<String> options, Deadline deadline) {
        return ready().choose(prompt, options, deadline);
    }

    @Override
    public Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline) {
        return ready().fill(prompt, shape, limits, deadline);
    }

    @Override
    public Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink) {
        return ready().say(prompt, limits, deadline, sink);
    }

    @Override
    public ForgottenPrompts forget(Deadline deadline) {
        return current.forget(deadline);
    }

    /// Ends a pull under way, whose finished parts stay, and the process.
    @Override
    public void close() {
        closed = true;
        starter.interrupt();
        try {
            starter.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        current.close();
        if (!(current instanceof LocalModel)) {
            starting = new ModelState.Absent("closed");
        }
    }

    private LanguageModel ready() {
        if (current instanceof LocalModel local) {
            return local;
        }
        throw new AgentException(Code.MODEL_UNAVAILABLE, "the model " + id() + " is not ready: " + starting.reason());
    }

    private void run() {
        try {
            Path library = store.pullLibrary(listener());
            Path file = store.pullWeights(weights, listener());
            starting = new ModelState.Starting("starting the model process");
            var options = LocalModelOptions.of(
                            weights.id(),
                            settings.forcedLevel().orElse(weights.level()),
                            file,
                            library,
                            settings.logFile())
                    .withWarm(List.of(PromptLibrary.load().system(SpeakPrompt.VERSION)));
            if (!closed) {
                ModelSpeed floor =
                        settings.forcedLevel().isPresent() ? LocalModelOptions.NO_FLOOR : LocalModelOptions.FLOOR;
                current = LocalModel.start(options.withFloor(floor), clock);
            }
        } catch (AgentException e) {
            starting = new ModelState.Absent(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // The server must go on without a model whatever this was.
            starting = new ModelState.Failed("the model could not be started: " + e);
        }
    }

    private PullListener listener() {
        return new PullListener() {
            @Override
            public void progress(String what, long bytes, long totalBytes) {
                starting = new ModelState.Fetching(weights.id() + " (" + what + ")", bytes, totalBytes);
            }

            @Override
            public boolean cancelled() {
                return closed;
            }
        };
    }
}
