package dev.palate.retrieval.evaluation;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.index.ItemText;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a catalog file says of one item.
///
/// @param id external id
/// @param title not empty
/// @param year absent when unknown or not in [1000, 3000]
/// @param genres may be empty
/// @param text all of it as one text for an encoder, as a server encodes it ([ItemText])
public record CatalogItem(String id, String title, @Nullable Integer year, List<String> genres, String text) {
    /// Copies the list.
    public CatalogItem {
        genres = List.copyOf(genres);
    }

    /// What a store would keep of it, and the text that it would encode.
    public static CatalogItem of(Item item) {
        return new CatalogItem(item.id().value(), item.title(), item.year(), item.categories(), ItemText.of(item));
    }

    /// Reads a file as [CatalogItems] does.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_INPUT when
    ///     a line is
    ///     malformed
    public static List<CatalogItem> read(Path file) {
        return CatalogItems.read(file).stream().map(CatalogItem::of).toList();
    }
}
