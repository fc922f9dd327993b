package dev.palate.agent.llm;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.prompts.RenderedPrompt;
import java.util.List;
import java.util.function.Function;

/// Models in order of preference: each call goes to the first that is usable, and to the next one when that fails
/// before a word was handed over and while there is time. Thread-safe as its models are.
public final class LayeredModel implements LanguageModel {
    private final List<LanguageModel> models;

    /// @param models best first, at least one; closed with this
    /// @throws IllegalArgumentException for none
    public LayeredModel(List<LanguageModel> models) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("a layered model needs at least one model, had none");
        }
        this.models = List.copyOf(models);
    }

    /// The one that the next call goes to: the first usable one, else the first.
    private LanguageModel current() {
        return models.stream()
                .filter(model -> model.level() != ModelLevel.T0)
                .findFirst()
                .orElse(models.getFirst());
    }

    @Override
    public ModelId id() {
        return current().id();
    }

    @Override
    public ModelLevel level() {
        return current().level();
    }

    @Override
    public ModelState state() {
        return current().state();
    }

    @Override
    public long restarts() {
        return models.stream().mapToLong(LanguageModel::restarts).sum();
    }

    @Override
    public Choice choose(RenderedPrompt prompt, List<String> options, Deadline deadline) {
        return first(deadline, model -> model.choose(prompt, options, deadline), () -> true);
    }

    @Override
    public Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline) {
        return first(deadline, model -> model.fill(prompt, shape, limits, deadline), () -> true);
    }

    @Override
    public Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink) {
        var counting = new TokenSink() {
            private boolean spoken;

            @Override
            public boolean accept(String piece) {
                spoken = true;
                return sink.accept(piece);
            }

            @Override
            public boolean cancelled() {
                return sink.cancelled();
            }
        };
        return first(deadline, model -> model.say(prompt, limits, deadline, counting), () -> !counting.spoken);
    }

    private <T> T first(
            Deadline deadline, Function<LanguageModel, T> call, java.util.function.BooleanSupplier maySwitch) {
        AgentException last = null;
        for (LanguageModel model : models) {
            if (model.level() == ModelLevel.T0) {
                continue;
            }
            try {
                return call.apply(model);
            } catch (AgentException e) {
                last = e;
                if (e.code() == Code.MODEL_CANCELLED || deadline.expired() || !maySwitch.getAsBoolean()) {
                    throw e;
                }
            }
        }
        throw last != null
                ? last
                : new AgentException(
                        Code.MODEL_UNAVAILABLE,
                        "no language model is ready: " + current().state().reason());
    }

    /// Asks every model, for each may have read a prompt.
    @Override
    public ForgottenPrompts forget(Deadline deadline) {
        ForgottenPrompts sum = ForgottenPrompts.NONE;
        for (LanguageModel model : models) {
            ForgottenPrompts more = model.forget(deadline);
            sum = new ForgottenPrompts(
                    sum.tokens() + more.tokens(),
                    sum.prefixes() + more.prefixes(),
                    sum.left() + more.left(),
                    sum.restarted() || more.restarted());
        }
        return sum;
    }

    @Override
    public void close() {
        models.forEach(LanguageModel::close);
    }
}
