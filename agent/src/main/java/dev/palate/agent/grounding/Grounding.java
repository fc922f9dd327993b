package dev.palate.agent.grounding;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.recommend.RankedItem;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads every item again from the catalog when it is about to be shown: it must exist, be visible and obey the rules;
/// what does not is left out. Thread-safe; one catalog read a slate.
public final class Grounding {
    private final Catalog catalog;
    private final InstantSource clock;

    /// Over the truth.
    public Grounding(Catalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    /// The items that may be shown, as the catalog has them now, at most `size`, ranked from 1.
    public List<RankedItem> ground(List<RankedItem> items, Rules rules, int size) {
        Map<ItemId, Item> rows =
                catalog.items(items.stream().map(ranked -> ranked.item().id()).toList());
        List<RankedItem> grounded = new ArrayList<>();
        Set<ItemId> shown = new HashSet<>();
        for (RankedItem ranked : items) {
            Item row = rows.get(ranked.item().id());
            if (grounded.size() < size && row != null && rules.allow(row, clock.instant()) && shown.add(row.id())) {
                grounded.add(new RankedItem(
                        row, grounded.size() + 1, ranked.score(), ranked.parts(), ranked.reasons(), ranked.memories()));
            }
        }
        return grounded;
    }
}
