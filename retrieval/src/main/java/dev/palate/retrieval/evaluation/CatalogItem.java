package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a catalog file says of one item.
///
/// @param id external id
/// @param title not empty
/// @param genres may be empty
/// @param text title, year, genres and plot as one text for an encoder
public record CatalogItem(String id, String title, List<String> genres, String text) {
    private static final int MAXIMUM_ITEMS = 5_000_000;

    /// Copies the list.
    public CatalogItem {
        genres = List.copyOf(genres);
    }

    /// Reads a file of JSON objects, one per line, with `item_id` and `title`, and if known `year`, `genres` and
    /// `plot`.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_INPUT when a line is malformed
    public static List<CatalogItem> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(Code.NOT_FOUND, "no catalog file at " + file);
        }
        List<CatalogItem> items = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (items.size() >= MAXIMUM_ITEMS) {
                    throw new RetrievalException(Code.BAD_INPUT, file + " has more than " + MAXIMUM_ITEMS + " items");
                }
                if (!line.isBlank()) {
                    items.add(parse(file, number, line));
                }
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
        return items;
    }

    private static CatalogItem parse(Path file, int number, String line) {
        JsonNode node;
        try {
            node = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new RetrievalException(
                    Code.BAD_INPUT, file + " line " + number + ": needs one JSON object per line", e);
        }
        String id = node.path("item_id").asString("");
        String title = node.path("title").asString("");
        if (id.isEmpty() || title.isEmpty()) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    file + " line " + number + ": needs item_id and title, had item_id {" + id + "} and title {" + title
                            + "}");
        }
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
        return new CatalogItem(id, title, genres, text.toString());
    }
}
