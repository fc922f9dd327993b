package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a catalog file says of one item.
///
/// @param id external id
/// @param title not empty
/// @param year absent when unknown or not in [1000, 3000]
/// @param genres may be empty
/// @param text title, year, genres and plot as one text for an encoder
public record CatalogItem(String id, String title, @Nullable Integer year, List<String> genres, String text) {
    /// Copies the list.
    public CatalogItem {
        genres = List.copyOf(genres);
    }

    /// Reads a file of JSON objects, one per line, with `item_id` and `title`, and if known `year`, `genres` and
    /// `plot`.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_INPUT when a line is malformed
    public static List<CatalogItem> read(Path file) {
        List<CatalogItem> items = new ArrayList<>();
        CatalogLines.read(file, (id, title, node) -> items.add(of(id, title, node)));
        return items;
    }

    private static CatalogItem of(String id, String title, JsonNode node) {
        List<String> genres = new ArrayList<>();
        node.path("genres").forEach(genre -> genres.add(genre.asString("")));
        StringBuilder text = new StringBuilder(title);
        if (node.path("year").isIntegralNumber()) {
            text.append(" (").append(node.path("year").asInt()).append(')');
        }
        if (!genres.isEmpty()) {
            text.append(". ").append(String.join(", ", genres));
        }
        String plot = node.path("plot").asString("");
        if (!plot.isEmpty()) {
            text.append(". ").append(plot);
        }
        int year = node.path("year").asInt(0);
        return new CatalogItem(id, title, year < 1_000 || year > 3_000 ? null : year, genres, text.toString());
    }
}
