package dev.palate.retrieval.evaluation;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.RetrievalException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The items of a catalog file as a store keeps them: a title, a plot or names that are longer than a store takes are
/// cut, since those of a shop may be. Stateless.
public final class CatalogItems {
    private static final int MAX_TITLE = 300;
    private static final int MAX_DESCRIPTION = 20_000;
    private static final int MAX_ATTRIBUTE = 1_000;

    private CatalogItems() {}

    /// Reads a file of JSON objects, one per line, with `item_id` and `title`, and if known `year`, `genres`, `tags`,
    /// `plot`, `director` and `stars`; genres become categories, people attributes.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_INPUT when a line is malformed
    public static List<Item> read(Path file) {
        List<Item> items = new ArrayList<>();
        CatalogLines.read(file, (id, title, node) -> {
            try {
                items.add(of(id, title, node));
            } catch (IllegalArgumentException e) {
                throw new RetrievalException(
                        RetrievalException.Code.BAD_INPUT, file + ": item {" + id + "}: " + e.getMessage(), e);
            }
        });
        return items;
    }

    /// The item of a line.
    static Item of(String id, String title, JsonNode node) {
        int year = node.path("year").asInt(0);
        Map<String, String> attributes = new TreeMap<>();
        for (String people : List.of("director", "stars")) {
            String names = String.join(", ", texts(node.path(people)));
            if (!names.isEmpty()) {
                attributes.put(people, cut(names, MAX_ATTRIBUTE));
            }
        }
        return new Item(
                new ItemId(id),
                cut(title, MAX_TITLE),
                year < 1_000 || year > 3_000 ? null : year,
                texts(node.path("genres")),
                texts(node.path("tags")),
                cut(node.path("plot").asString(""), MAX_DESCRIPTION),
                attributes,
                false,
                null,
                null,
                0);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        for (JsonNode entry : array) {
            String text = entry.asString("");
            if (!text.isBlank() && !texts.contains(text)) {
                texts.add(text);
            }
        }
        return texts;
    }

    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }
}
