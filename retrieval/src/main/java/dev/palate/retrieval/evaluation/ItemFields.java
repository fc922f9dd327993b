package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The texts of one item, each to be encoded by itself.
///
/// @param title alone
/// @param facts `TITLE (YEAR). GENRES`
/// @param people directors, then stars; may be empty
/// @param plot may be empty
/// @param whole `TITLE (YEAR). GENRES. PLOT`, as it is encoded to be served
public record ItemFields(String title, String facts, String people, String plot, String whole) {
    private static final int MAXIMUM_ITEMS = 5_000_000;

    /// One of the texts.
    public enum Field {
        TITLE,
        FACTS,
        PEOPLE,
        PLOT,
        WHOLE
    }

    /// A choice of texts whose vectors are set side by side.
    public enum Choice {
        TITLE(Field.TITLE),
        FACTS(Field.FACTS),
        WHOLE(Field.WHOLE),
        FACTS_PLOT(Field.FACTS, Field.PLOT),
        FACTS_PEOPLE(Field.FACTS, Field.PEOPLE),
        FACTS_PEOPLE_PLOT(Field.FACTS, Field.PEOPLE, Field.PLOT);

        private final List<Field> fields;

        Choice(Field... fields) {
            this.fields = List.copyOf(Arrays.asList(fields));
        }

        /// Its texts.
        public List<Field> fields() {
            return fields;
        }

        /// The name in reports.
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '+');
        }
    }

    /// The text of a field.
    public String of(Field field) {
        return switch (field) {
            case TITLE -> title;
            case FACTS -> facts;
            case PEOPLE -> people;
            case PLOT -> plot;
            case WHOLE -> whole;
        };
    }

    /// Reads a file of JSON objects, one per line, with `item_id` and `title`, and if known `year`, `genres`, `plot`,
    /// `director` and `stars`.
    ///
    /// @return by item id
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_INPUT when a line is malformed
    public static Map<String, ItemFields> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(Code.NOT_FOUND, "no catalog file at " + file);
        }
        Map<String, ItemFields> items = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (items.size() >= MAXIMUM_ITEMS) {
                    throw new RetrievalException(Code.BAD_INPUT, file + " has more than " + MAXIMUM_ITEMS + " items");
                }
                if (!line.isBlank()) {
                    parse(file, number, line, items);
                }
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
        return items;
    }

    private static void parse(Path file, int number, String line, Map<String, ItemFields> items) {
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
        String facts = title
                + (node.path("year").isIntegralNumber()
                        ? " (" + node.path("year").asInt() + ")"
                        : "");
        facts = joined(". ", facts, String.join(", ", texts(node.path("genres"))));
        String people = joined(
                "; ", String.join(", ", texts(node.path("director"))), String.join(", ", texts(node.path("stars"))));
        String plot = node.path("plot").asString("");
        items.put(id, new ItemFields(title, facts, people, plot, joined(". ", facts, plot)));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(entry -> texts.add(entry.asString("")));
        return texts;
    }

    private static String joined(String between, String... parts) {
        StringJoiner joiner = new StringJoiner(between);
        Arrays.stream(parts).filter(part -> !part.isEmpty()).forEach(joiner::add);
        return joiner.toString();
    }
}
