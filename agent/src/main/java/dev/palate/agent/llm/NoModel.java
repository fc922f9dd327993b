package dev.palate.agent.llm;

import dev.palate.agent.AgentException;
import dev.palate.prompts.RenderedPrompt;
import java.util.List;

/// The absence of a model: level T0, every call fails at once with `MODEL_UNAVAILABLE`.
public final class NoModel implements LanguageModel {
    private static final ModelId ID = new ModelId("none");
    private final ModelState.Absent state;

    /// @param reason one line for people that says why there is none
    public NoModel(String reason) {
        this.state = new ModelState.Absent(reason);
    }

    @Override
    public ModelId id() {
        return ID;
    }

    @Override
    public ModelLevel level() {
        return ModelLevel.T0;
    }

    @Override
    public ModelState state() {
        return state;
    }

    @Override
    public Choice choose(RenderedPrompt prompt, List<String> options, Deadline deadline) {
        throw unavailable();
    }

    @Override
    public Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline) {
        throw unavailable();
    }

    @Override
    public Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink) {
        throw unavailable();
    }

    @Override
    public void close() {}

    private AgentException unavailable() {
        return new AgentException(AgentException.Code.MODEL_UNAVAILABLE, "no language model: " + state.reason());
    }
}
