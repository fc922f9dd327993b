package dev.palate.web.wiring;

import dev.palate.agent.llm.Choice;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.ForgottenPrompts;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import dev.palate.agent.llm.TokenSink;
import dev.palate.prompts.RenderedPrompt;
import java.util.List;
import java.util.function.Supplier;

/// A language model that is not begun with before it is asked to: import and training come first. Until then it is
/// absent. Thread-safe.
public final class DeferredModel implements LanguageModel {
    private final Supplier<LanguageModel> starter;
    private volatile LanguageModel model = new NoModel("not begun yet");
    private boolean begun;

    /// With what starts the model and returns at once.
    public DeferredModel(Supplier<LanguageModel> starter) {
        this.starter = starter;
    }

    /// Begins; does nothing when it has begun or is closed.
    public synchronized void begin() {
        if (!begun) {
            begun = true;
            model = starter.get();
        }
    }

    @Override
    public ModelId id() {
        return model.id();
    }

    @Override
    public ModelLevel level() {
        return model.level();
    }

    @Override
    public ModelState state() {
        return model.state();
    }

    @Override
    public long restarts() {
        return model.restarts();
    }

    @Override
    public Choice choose(RenderedPrompt prompt, List<String> options, Deadline deadline) {
        return model.choose(prompt, options, deadline);
    }

    @Override
    public Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline) {
        return model.fill(prompt, shape, limits, deadline);
    }

    @Override
    public Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink) {
        return model.say(prompt, limits, deadline, sink);
    }

    @Override
    public ForgottenPrompts forget(Deadline deadline) {
        return model.forget(deadline);
    }

    @Override
    public synchronized void close() {
        begun = true;
        model.close();
    }
}
