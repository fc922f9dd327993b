package dev.palate.retrieval.evaluation;

import dev.palate.memory.index.ItemText;
import dev.palate.retrieval.RetrievalException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;

/// The texts of one item, each to be encoded by itself.
///
/// @param title alone
/// @param facts `TITLE (YEAR). GENRES`
/// @param people directors, then stars; may be empty
/// @param plot may be empty
/// @param whole `TITLE (YEAR). GENRES. PLOT`
/// @param told all in one, as a server encodes it ([ItemText])
public record ItemFields(String title, String facts, String people, String plot, String whole, String told) {
    /// One of the texts.
    public enum Field {
        TITLE,
        FACTS,
        PEOPLE,
        PLOT,
        WHOLE,
        TOLD
    }

    /// A choice of texts whose vectors are set side by side.
    public enum Choice {
        TITLE(Field.TITLE),
        FACTS(Field.FACTS),
        WHOLE(Field.WHOLE),
        TOLD(Field.TOLD),
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
            case TOLD -> told;
        };
    }

    /// Reads a file of JSON objects, one per line, with `item_id` and `title`, and if known `year`, `genres`, `plot`,
    /// `director` and `stars`.
    ///
    /// @return by item id
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_INPUT when a line is malformed
    public static Map<String, ItemFields> read(Path file) {
        Map<String, ItemFields> items = new HashMap<>();
        CatalogLines.read(file, (id, title, node) -> items.put(id, of(id, title, node)));
        return items;
    }

    private static ItemFields of(String id, String title, JsonNode node) {
        String facts = title
                + (node.path("year").isIntegralNumber()
                        ? " (" + node.path("year").asInt() + ")"
                        : "");
        facts = joined(". ", facts, String.join(", ", texts(node.path("genres"))));
        String people = joined(
                "; ", String.join(", ", texts(node.path("director"))), String.join(", ", texts(node.path("stars"))));
        String plot = node.path("plot").asString("");
        return new ItemFields(
                title, facts, people, plot, joined(". ", facts, plot), ItemText.of(CatalogItems.of(id, title, node)));
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
