package dev.palate.retrieval.recommend;

/// Makes slates. Thread-safe; answers within the request's deadline and a little more, whatever its sources do.
public interface Recommender {
    /// The best items for the request; fewer than asked for when the constraints leave fewer.
    Slate recommend(RecommendationRequest request);
}
