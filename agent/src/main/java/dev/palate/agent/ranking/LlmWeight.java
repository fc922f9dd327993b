package dev.palate.agent.ranking;

import dev.palate.agent.llm.ModelLevel;
import java.time.Instant;

/// How much a model's score counts beside the fused one (λ), as it was fitted for one model, level and prompt. In
/// standard deviations of the fused score for one of the model's, both over the candidates of a list.
///
/// @param model whose scores they were
/// @param level it served at
/// @param prompt its version, such as `rank/v1`
/// @param lambda estimate
/// @param low end of the 95 % interval
/// @param high end of the 95 % interval
/// @param lists that it was fitted on: those with something chosen among the candidates
/// @param fittedAt when
public record LlmWeight(
        String model,
        ModelLevel level,
        String prompt,
        double lambda,
        double low,
        double high,
        int lists,
        Instant fittedAt) {
    /// @throws IllegalArgumentException for numbers that are none
    public LlmWeight {
        if (!Double.isFinite(lambda) || !Double.isFinite(low) || !Double.isFinite(high)) {
            throw new IllegalArgumentException(
                    "lambda, low and high must be finite, were " + lambda + ", " + low + ", " + high);
        }
    }

    /// λ as it is used: 0 while the interval includes 0 or lies below it.
    public double inForce() {
        return low > 0 ? lambda : 0;
    }

    /// Whether it is that of this model, level and prompt.
    public boolean of(String otherModel, ModelLevel otherLevel, String otherPrompt) {
        return model.equals(otherModel) && level == otherLevel && prompt.equals(otherPrompt);
    }
}
