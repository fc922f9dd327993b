package dev.palate.web.cli;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Recommender;
import dev.palate.retrieval.recommend.Taste;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Makes the matrices and tables that the first request would otherwise wait for, so that "ready" means quick.
/// Stateless.
final class WarmUp {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int ROUNDS = 3;
    private static final int SIZE = 5;

    private WarmUp() {}

    /// Asks for a few lists that use every source, for nobody; nothing is kept of them.
    static void run(RunningServer server) {
        List<ItemId> some = server.part(Catalog.class).page(null, SIZE).items().stream()
                .map(Item::id)
                .toList();
        if (some.isEmpty()) {
            return;
        }
        server.part(CatalogSnapshots.class).current();
        Taste taste = new Taste("something to begin with", some, List.of(), Map.of(), Map.of());
        Recommender recommender = server.part(Recommender.class);
        for (int round = 0; round < ROUNDS; round++) {
            recommender.recommend(
                    new RecommendationRequest(null, SIZE, taste, Constraints.NONE, false, Variety.NONE, DEADLINE));
        }
    }
}
