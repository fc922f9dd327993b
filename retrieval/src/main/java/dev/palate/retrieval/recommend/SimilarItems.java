package dev.palate.retrieval.recommend;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.CatalogSnapshot;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.Sources;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The items nearest to one item, by what people had together, by their texts and by their categories. Thread-safe.
public final class SimilarItems {
    private static final int RESERVE = 20;

    private final Catalog catalog;
    private final Freshness freshness;
    private final Sources sources;
    private final InstantSource clock;

    /// An item and how near it is.
    ///
    /// @param similarity above 0, mostly below 1, higher is nearer
    public record Similar(Item item, double similarity) {}

    /// Over the same sources as the recommender.
    public SimilarItems(Catalog catalog, Freshness freshness, Sources sources, InstantSource clock) {
        this.catalog = catalog;
        this.freshness = freshness;
        this.sources = sources;
        this.clock = clock;
    }

    /// The nearest visible items, nearest first, ties by id; fewer when fewer are near at all. The item asked about
    /// may
    /// be hidden.
    ///
    /// @param size 1 to 100
    /// @throws RetrievalException `NOT_FOUND` when the catalog has no such item
    public List<Similar> to(ItemId id, int size) {
        Require.range("size", size, 1, 100);
        CatalogSnapshot snapshot = freshness.current().catalog();
        Instant now = clock.instant();
        int row = snapshot.row(id);
        if (row < 0) {
            throw new RetrievalException(
                    RetrievalException.Code.NOT_FOUND, "no item " + id + " in the catalog; list them at /v1/items");
        }
        float[] near = sources.neighbourhood(snapshot).of(row);
        for (int other = 0; other < near.length; other++) {
            boolean shown = near[other] > 0 && snapshot.item(other).visibleAt(now);
            near[other] = shown ? near[other] : Float.NEGATIVE_INFINITY;
        }
        int[] nearest = TopK.select(near, size + RESERVE);
        List<ItemId> ids = java.util.Arrays.stream(nearest)
                .mapToObj(other -> snapshot.item(other).id())
                .toList();
        Map<ItemId, Item> present = catalog.items(ids);
        List<Similar> similar = new ArrayList<>();
        for (int at = 0; at < nearest.length && similar.size() < size; at++) {
            Item item = present.get(ids.get(at));
            if (item != null && item.visibleAt(now)) {
                similar.add(new Similar(item, near[nearest[at]]));
            }
        }
        return similar;
    }
}
