package dev.palate.retrieval.recommend;

import java.util.function.Consumer;

/// Makes slates. Thread-safe; answers within the request's deadline and a little more, whatever its sources do.
public interface Recommender {
    /// The best items for the request; fewer than asked for when the constraints leave fewer.
    Slate recommend(RecommendationRequest request);

    /// The same, telling how it came about.
    ///
    /// @param told called once before the slate is answered, on the thread that asks, by those that can tell
    default Slate recommend(RecommendationRequest request, Consumer<Workings> told) {
        return recommend(request);
    }
}
