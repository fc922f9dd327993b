package dev.palate.web;

import dev.palate.memory.catalog.Catalog;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.Reason;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Recommender;
import dev.palate.retrieval.recommend.Slate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Recommends the catalog in id order, without the excluded items.
final class CatalogRecommender implements Recommender {
    private final Catalog catalog;

    CatalogRecommender(Catalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public Slate recommend(RecommendationRequest request) {
        List<RankedItem> ranked = new ArrayList<>();
        catalog.scan(item -> {
            if (ranked.size() < request.size()
                    && !request.constraints().excludedItems().contains(item.id())) {
                ranked.add(new RankedItem(
                        item,
                        ranked.size() + 1,
                        1.0 / (ranked.size() + 1),
                        Map.of("pop", 1.0 / (ranked.size() + 1)),
                        List.of(new Reason("pop", "liked by many", 1)),
                        List.of()));
            }
        });
        return new Slate(ranked, List.of(), "", ranked.size());
    }
}
