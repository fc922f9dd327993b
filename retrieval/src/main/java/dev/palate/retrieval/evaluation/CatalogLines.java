package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a catalog file: JSON objects, one per line, with `item_id` and `title`. Stateless.
final class CatalogLines {
    private static final int MAXIMUM_ITEMS = 5_000_000;

    private CatalogLines() {}

    /// Takes one item.
    interface Sink {
        /// @param id not empty
        /// @param title not empty
        /// @param node all that the line says
        void item(String id, String title, JsonNode node);
    }

    /// Shows every item to the sink, in the order of the file.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is no file, BAD_INPUT when a line is malformed
    static void read(Path file, Sink sink) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(Code.NOT_FOUND, "no catalog file at " + file);
        }
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            int items = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                if (items == MAXIMUM_ITEMS) {
                    throw new RetrievalException(Code.BAD_INPUT, file + " has more than " + MAXIMUM_ITEMS + " items");
                }
                parse(file, number, line, sink);
                items++;
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void parse(Path file, int number, String line, Sink sink) {
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
        sink.item(id, title, node);
    }
}
