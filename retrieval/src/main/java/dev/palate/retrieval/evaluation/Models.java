package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.RecentPopularity;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import java.util.EnumMap;
import java.util.Map;

/// Fits the models by name. Stateless.
public final class Models {
    /// History decay of EASE in the fused ranking when none is asked for.
    public static final double EASE_DECAY = 0.9;

    /// History decay of the item neighbours in the fused ranking when none is asked for.
    public static final double KNN_DECAY = 0.6;

    private Models() {}

    /// Learns a model from the known events of the task.
    ///
    /// @param content further sources for the fused ranking over the task's items, such as text; may be empty
    /// @throws RetrievalException with code BAD_INPUT when the settings do not go with the model
    public static Ranker fit(
            ModelName model, RankingTask task, ModelSettings settings, Map<Signal, Scorer> content, Progress progress) {
        if (!content.isEmpty() && model != ModelName.FUSED) {
            throw new RetrievalException(
                    Code.BAD_INPUT, "model {" + model.key() + "} does not read a catalog: use it with fused only");
        }
        return switch (model) {
            case POPULAR -> {
                refuseDecay(model, settings);
                yield Ranker.of(Popularity.of(task.known()));
            }
            case ITEM_KNN -> Ranker.of(ItemKnn.fit(task.known(), settings.knn()).scorer(settings.decayOr(1)));
            case EASE -> Ranker.of(ease(task.known(), settings, settings.decayOr(1), progress));
            case ALS -> {
                refuseDecay(model, settings);
                yield Ranker.of(ImplicitAls.fit(task.known(), settings.als(), settings.seed(), progress));
            }
            case FUSED -> {
                Map<Signal, Scorer> sources = sources(task, settings, progress);
                sources.putAll(content);
                yield new FusedRanking(sources, SignalWeights::forHistory, FusedRanking.PER_SOURCE);
            }
        };
    }

    /// The sources that need nothing but interactions.
    static Map<Signal, Scorer> sources(RankingTask task, ModelSettings settings, Progress progress) {
        Histories known = task.known();
        RecentPopularity recent = RecentPopularity.of(known, settings.recentWindow());
        Map<Signal, Scorer> sources = new EnumMap<>(Signal.class);
        sources.put(Signal.CF, ImplicitAls.fit(known, settings.als(), settings.seed(), progress));
        sources.put(Signal.EASE, ease(known, settings, settings.decayOr(EASE_DECAY), progress));
        sources.put(Signal.KNN, ItemKnn.fit(known, settings.knn()).scorer(settings.decayOr(KNN_DECAY)));
        sources.put(
                Signal.TRANSITIONS,
                Transitions.fit(known, settings.transitions())
                        .scorer(Transitions.DECAY)
                        .logarithmic());
        sources.put(Signal.POP, Popularity.of(known).logarithmic());
        sources.put(Signal.RECENT, (task.temporal() ? recent.at(task.end()) : recent.atLastEvent()).logarithmic());
        return sources;
    }

    private static Scorer ease(Histories known, ModelSettings settings, HistoryDecay decay, Progress progress) {
        Ease.Options options = new Ease.Options(
                settings.easeRegularization(decay), settings.als().threads());
        return Ease.fit(known, options, progress).scorer(decay);
    }

    private static void refuseDecay(ModelName model, ModelSettings settings) {
        if (settings.historyDecay().isPresent()) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "model {" + model.key() + "} has no history decay: leave --history-decay out, or use item-knn,"
                            + " ease or fused");
        }
    }
}
