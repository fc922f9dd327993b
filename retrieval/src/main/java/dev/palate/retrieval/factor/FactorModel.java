package dev.palate.retrieval.factor;

import dev.palate.retrieval.Progress;
import java.util.OptionalLong;

/// A model that learns from interactions alone, with all that it is fitted with. Immutable.
///
/// @param options what it is learnt with
/// @param decay history decay that it scores with; looked at by models that add up rows of items only
public record FactorModel(ModelOptions options, HistoryDecay decay) {
    /// Counts the same for every event of a history.
    public static FactorModel of(ModelOptions options) {
        return new FactorModel(options, HistoryDecay.NONE);
    }

    /// True when the model's scores are sums over the history's items, which a history decay can weigh.
    public boolean decays() {
        return switch (options) {
            case ItemKnn.Options _, RandomWalk.Options _, Transitions.Options _ -> true;
            case Ease.Options _, SparseEase.Options _ -> true;
            case ImplicitAls.Options _, BayesianRanking.Options _ -> false;
            case Popularity.Options _, RecentPopularity.Options _ -> false;
        };
    }

    /// Learns the model.
    ///
    /// @param seed of everything random
    /// @param threads in [1, 256]; any number gives the same scores
    /// @param now what recent popularity counts back from; each user's own last event when empty
    /// @throws dev.palate.retrieval.RetrievalException with code MEMORY when the heap is too small
    public Scorer fit(Histories histories, long seed, int threads, OptionalLong now, Progress progress) {
        return switch (options) {
            case Popularity.Options _ -> Popularity.of(histories);
            case RecentPopularity.Options recent -> {
                RecentPopularity counts = RecentPopularity.of(histories, recent.window());
                yield now.isPresent() ? counts.at(now.getAsLong()) : counts.atLastEvent();
            }
            case ItemKnn.Options knn -> ItemKnn.fit(histories, knn, threads).scorer(decay);
            case RandomWalk.Options walk ->
                RandomWalk.fit(histories, walk, threads).scorer(decay);
            case Transitions.Options transitions ->
                Transitions.fit(histories, transitions, threads).scorer(decay);
            case Ease.Options ease ->
                Ease.fit(histories, new Ease.Options(ease.regularization(), threads), progress)
                        .scorer(decay);
            case SparseEase.Options sparse ->
                SparseEase.fit(histories, sparse, threads, progress).scorer(decay);
            case ImplicitAls.Options als -> ImplicitAls.fit(histories, als.withThreads(threads), seed, progress);
            case BayesianRanking.Options bpr -> BayesianRanking.fit(histories, bpr, seed, threads, progress);
        };
    }
}
