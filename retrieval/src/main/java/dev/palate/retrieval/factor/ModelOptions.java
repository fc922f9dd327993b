package dev.palate.retrieval.factor;

/// The settings that a factor or neighbour model is learnt with, one record per model, each checked when it is
/// made.
public sealed interface ModelOptions
        permits BayesianRanking.Options,
                Ease.Options,
                ImplicitAls.Options,
                ItemKnn.Options,
                Popularity.Options,
                RandomWalk.Options,
                RecentPopularity.Options,
                SparseEase.Options,
                Transitions.Options {}
