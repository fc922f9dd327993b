package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.ItemFilter;
import java.util.List;

/// Search of the catalog by words. Thread-safe.
public interface ItemSearch {
    /// Finds nothing.
    ItemSearch NONE = (words, filter, limit) -> List.of();

    /// @param score above 0, higher is closer
    record Hit(ItemId item, float score) {}

    /// The best hits, best first, each item once.
    ///
    /// @param words free text; operators of a query language have no meaning in it
    /// @param filter what the hits must pass
    /// @param limit in [1, 1000]
    List<Hit> search(String words, ItemFilter filter, int limit);
}
