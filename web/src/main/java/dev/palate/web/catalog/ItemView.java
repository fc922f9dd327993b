package dev.palate.web.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.recommend.SimilarItems;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// An item as answered.
record ItemView(
        String itemId,
        String title,
        @Nullable Integer year,
        List<String> categories,
        List<String> tags,
        String description,
        Map<String, String> attributes,
        @JsonProperty("is_hidden") boolean hidden,
        @Nullable Instant availableFrom,
        @Nullable Instant availableTo,
        long revision) {
    static ItemView of(Item item) {
        return new ItemView(
                item.id().value(),
                item.title(),
                item.year(),
                item.categories(),
                item.tags(),
                item.description(),
                item.attributes(),
                item.hidden(),
                item.availableFrom(),
                item.availableTo(),
                item.revision());
    }

    /// A page of items; those the caller may not see are left out, so a page may be short.
    record Listing(List<ItemView> items, @Nullable String nextCursor) {
        static Listing of(Page<Item> page, Predicate<Item> seen) {
            return new Listing(
                    page.items().stream().filter(seen).map(ItemView::of).toList(), page.nextCursor());
        }
    }

    /// Items like one item.
    record Alike(String itemId, List<Neighbour> items) {
        static Alike of(ItemId id, List<SimilarItems.Similar> found) {
            return new Alike(id.value(), found.stream().map(Neighbour::of).toList());
        }
    }

    /// One like it.
    ///
    /// @param score higher is more alike
    record Neighbour(String itemId, String title, @Nullable Integer year, List<String> categories, double score) {
        static Neighbour of(SimilarItems.Similar similar) {
            Item item = similar.item();
            return new Neighbour(item.id().value(), item.title(), item.year(), item.categories(), similar.similarity());
        }
    }
}
