package dev.palate.web.catalog;

import dev.palate.memory.catalog.Item;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Taste;
import dev.palate.retrieval.recommend.YearRange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Items like one item: an anonymous request whose only taste is that item. Stateless.
final class SimilarItems {
    private static final Duration DEADLINE = Duration.ofMillis(500);

    private SimilarItems() {}

    static RecommendationRequest request(Item item, int size) {
        Taste taste = new Taste("", List.of(item.id()), List.of(), Map.of(), Map.of());
        Constraints others =
                new Constraints(Set.of(), Set.of(), Set.of(), Set.of(), YearRange.ANY, Set.of(), Set.of(item.id()));
        return new RecommendationRequest(null, size, taste, others, false, 0, DEADLINE);
    }
}
