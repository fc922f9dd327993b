package dev.palate.agent.ranking;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Lists of made-up films with falling scores.
public final class Lists {
    private Lists() {}

    public static RankedItem ranked(String id, String title, int rank, double score) {
        Item item = new Item(
                new ItemId(id), title, 1980 + rank, List.of("Drama"), List.of(), "", Map.of(), true, null, null, 0);
        return new RankedItem(item, rank, score, Map.of("words", score), List.of(), List.of());
    }

    public static List<RankedItem> of(String prefix, int count) {
        List<RankedItem> items = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            items.add(ranked(prefix + i, "Film " + prefix + i, i, 3.0 - 0.1 * i));
        }
        return items;
    }
}
