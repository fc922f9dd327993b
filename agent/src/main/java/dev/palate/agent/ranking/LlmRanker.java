package dev.palate.agent.ranking;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.Usage;
import dev.palate.retrieval.recommend.RankedItem;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Adds a model's score to a list, where a weight for that model, level and prompt is in force; else it asks nothing
/// and changes nothing. It reorders and never adds. Thread-safe.
public final class LlmRanker {
    private static final Logger LOG = LoggerFactory.getLogger(LlmRanker.class);

    /// How long a turn waits for the scores.
    public static final Duration PATIENCE = Duration.ofMillis(1_500);
    /// What the answer says it did without when the model failed.
    public static final String DEGRADED = "llm-ranking";

    private static final LlmRanker OFF = new LlmRanker();

    private final Optional<LanguageModel> model;
    private final Optional<Scorer> scorer;
    private final List<LlmWeight> weights;
    private final InstantSource clock;

    private LlmRanker() {
        model = Optional.empty();
        scorer = Optional.empty();
        weights = List.of();
        clock = InstantSource.system();
    }

    /// @param model whose level decides
    /// @param scorer over that model
    /// @param weights as they were fitted, for any models
    public LlmRanker(LanguageModel model, Scorer scorer, List<LlmWeight> weights, InstantSource clock) {
        this.model = Optional.of(model);
        this.scorer = Optional.of(scorer);
        this.weights = List.copyOf(weights);
        this.clock = clock;
    }

    /// The one that does nothing.
    public static LlmRanker off() {
        return OFF;
    }

    /// A list as it came out.
    ///
    /// @param items in their new order
    /// @param usage of the calls
    /// @param calls made
    /// @param degraded true when the model was asked and failed
    public record Outcome(List<RankedItem> items, Usage usage, int calls, boolean degraded) {
        public Outcome {
            items = List.copyOf(items);
        }
    }

    /// How many items it wants to see; 0 while it does nothing.
    public int depth() {
        return lambda() == 0 ? 0 : scorer.map(Scorer::depth).orElse(0);
    }

    /// λ in force now, 0 or more.
    public double lambda() {
        if (model.isEmpty() || scorer.isEmpty()) {
            return 0;
        }
        LanguageModel asked = model.get();
        Scorer by = scorer.get();
        if (asked.level() != by.level()) {
            return 0;
        }
        return weights.stream()
                .filter(weight ->
                        weight.of(asked.id().value(), by.level(), by.prompt().toString()))
                .mapToDouble(LlmWeight::inForce)
                .findFirst()
                .orElse(0);
    }

    /// The list with the model's scores in it. Ends within [#PATIENCE] and a little, whatever the model does.
    public Outcome rank(String wish, List<String> memories, List<RankedItem> items) {
        double lambda = lambda();
        if (lambda == 0 || items.size() < 2 || scorer.isEmpty()) {
            return new Outcome(items, Usage.NONE, 0, false);
        }
        Scorer by = scorer.get();
        try {
            Scorer.Scores scores = by.score(new Scorer.Request(wish, memories, items), Deadline.after(PATIENCE, clock));
            return new Outcome(
                    Blend.blend(items, by.depth(), scores.scores(), lambda), scores.usage(), scores.calls(), false);
        } catch (AgentException e) {
            LOG.info("the list stays as it was without the model's scores: {}", e.codeName());
            return new Outcome(items, Usage.NONE, 1, true);
        } catch (RuntimeException e) {
            LOG.warn(
                    "the list stays as it was: scoring it failed with {}",
                    e.getClass().getName());
            return new Outcome(items, Usage.NONE, 1, true);
        }
    }
}
