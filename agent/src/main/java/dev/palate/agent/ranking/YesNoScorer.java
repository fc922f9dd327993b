package dev.palate.agent.ranking;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Choice;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Usage;
import dev.palate.memory.catalog.ItemId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RankOnePrompt;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.HashMap;
import java.util.Map;

/// Ten calls ask of ten candidates whether they fit; the score is log P(yes) − log P(no). For a local model at T2,
/// whose likelihoods are real; what is not done by the deadline is left out.
public final class YesNoScorer implements Scorer {
    private static final int DEPTH = 10;

    private final LanguageModel model;
    private final PromptLibrary prompts;

    /// Over the model.
    public YesNoScorer(LanguageModel model, PromptLibrary prompts) {
        this.model = model;
        this.prompts = prompts;
    }

    @Override
    public int depth() {
        return DEPTH;
    }

    @Override
    public ModelLevel level() {
        return ModelLevel.T2;
    }

    @Override
    public PromptVersion prompt() {
        return RankOnePrompt.VERSION;
    }

    @Override
    public Scores score(Request request, Deadline deadline) {
        Map<ItemId, Double> scores = new HashMap<>();
        Usage usage = Usage.NONE;
        int calls = 0;
        for (RankedItem ranked : request.candidates().stream().limit(DEPTH).toList()) {
            var prompt = RankOnePrompt.of(request.wish(), request.memories(), Scorer.candidate('A', ranked));
            try {
                Choice choice = model.choose(prompts.render(prompt), RankOnePrompt.ANSWERS, deadline);
                calls++;
                usage = usage.plus(choice.usage());
                scores.put(
                        ranked.item().id(),
                        choice.scored().get(0).logLikelihood()
                                - choice.scored().get(1).logLikelihood());
            } catch (AgentException e) {
                if (e.code() != AgentException.Code.MODEL_DEADLINE || scores.isEmpty()) {
                    throw e;
                }
                break;
            }
        }
        return new Scores(scores, usage, calls);
    }
}
