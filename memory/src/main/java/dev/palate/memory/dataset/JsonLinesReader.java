package dev.palate.memory.dataset;

import dev.palate.memory.JsonBuffers;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.user.UserId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON Lines: one object per line, in one file or in a folder with `items.jsonl`, `interactions.jsonl` and
/// `memories.jsonl` or some of them.
///
/// An object with `user_id` and `item_id` is an interaction, one with `user_id` alone is a user, one with `item_id`
/// alone is an item; they may stand in any order. In a file whose name ends in `memories.jsonl` every object is a
/// memory. Ids are texts or whole numbers.
///
/// | row | fields |
/// |---|---|
/// | item | `item_id`, `title`; optional `year`, `genres` or `categories` and `tags` (lists of texts), `description` or
/// `plot`, `hidden`, `available_from`, `available_to` (ISO 8601); any other text, number, truth value or list of those
/// becomes an attribute, cut at 1,000 characters |
/// | user | `user_id`; optional `name` |
/// | interaction | `user_id`, `item_id`, `timestamp` (seconds since 1970 or ISO 8601), and `type` (`rated`, `liked`,
/// ...) or `rating` (0.5 to 5) or both; optional `interaction_id` |
/// | memory | `user_id` or `item_id`, `text` (or `memory`, `fact`); optional `kind`, `polarity`, `slot`
/// (`facet:value`), `valid_from` (or `valid_at`, `created_at`), `valid_to` (or `invalid_at`), `source`, `id`; what else
/// stands there is left out |
///
/// A null counts as absent. Not thread-safe.
public final class JsonLinesReader implements DatasetReader {
    private static final JsonMapper MAPPER = JsonBuffers.mapper();
    private static final double MAX_MALFORMED = 0.5;
    private static final String MEMORIES = "memories.jsonl";

    private final List<Path> files;

    /// Of a file, or a folder with at least one of the three files.
    public JsonLinesReader(Path path) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(path)) {
            for (String name : List.of("items.jsonl", "interactions.jsonl", MEMORIES)) {
                if (Files.exists(path.resolve(name))) {
                    found.add(path.resolve(name));
                }
            }
        } else if (Files.exists(path)) {
            found.add(path);
        }
        if (found.isEmpty()) {
            throw new MemoryException(
                    Code.BAD_FILE,
                    path
                            + " is neither a file nor a folder with items.jsonl, interactions.jsonl or memories.jsonl; check"
                            + " the path");
        }
        files = List.copyOf(found);
    }

    @Override
    public String source() {
        return "jsonl";
    }

    @Override
    public String userName(UserId user) {
        return "";
    }

    @Override
    public void items(Sink sink) {
        read(data(), sink, true, (place, row) -> row.hasNonNull("user_id") ? null : JsonRows.item(place, row));
    }

    @Override
    public void interactions(Sink sink) {
        InteractionIds ids = new InteractionIds(source());
        read(
                data(),
                sink,
                false,
                (place, row) -> !row.hasNonNull("user_id")
                        ? null
                        : row.hasNonNull("item_id")
                                ? JsonRows.interaction(place, row, ids)
                                : JsonRows.user(place, row));
    }

    @Override
    public void memories(Sink sink) {
        read(files.stream().filter(JsonLinesReader::holdsMemories).toList(), sink, true, JsonRows::memory);
    }

    @Override
    public List<Path> files() {
        return files;
    }

    private List<Path> data() {
        return files.stream().filter(file -> !holdsMemories(file)).toList();
    }

    private static boolean holdsMemories(Path file) {
        return String.valueOf(file.getFileName()).endsWith(MEMORIES);
    }

    /// @param reportsMalformed whether lines that are no object are reported in this round, since each line is read
    /// twice
    private static void read(
            List<Path> from,
            Sink sink,
            boolean reportsMalformed,
            BiFunction<DatasetRow.Place, ObjectNode, @Nullable DatasetRow> rowOf) {
        for (Path file : from) {
            try (Lines lines = Lines.of(file)) {
                long malformed = 0;
                long rows = 0;
                for (@Nullable String line = lines.next(); line != null; line = lines.next()) {
                    if (line.isBlank()) {
                        continue;
                    }
                    rows++;
                    @Nullable ObjectNode object = object(line);
                    if (object == null) {
                        malformed++;
                        if (reportsMalformed) {
                            sink.rejected(new RejectedRow(
                                    lines.place(), RejectedRow.NOBODYS, "a line must be one JSON object"));
                        }
                    } else {
                        readRow(lines.place(), object, sink, rowOf);
                    }
                }
                if (malformed > rows * MAX_MALFORMED) {
                    throw new MemoryException(
                            Code.BAD_FILE,
                            file + " is not JSON Lines: " + malformed + " of " + rows + " lines are no JSON object");
                }
            }
        }
    }

    private static @Nullable ObjectNode object(String line) {
        try {
            JsonNode node = MAPPER.readTree(line);
            return node instanceof ObjectNode object ? object : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static String whose(ObjectNode object) {
        @Nullable JsonNode user = object.get("user_id");
        if (user == null || user.isNull()) {
            return RejectedRow.NOBODYS;
        }
        return RejectedRow.of(user.isString() || user.isIntegralNumber() ? user.asString() : null);
    }

    private static void readRow(
            DatasetRow.Place place,
            ObjectNode object,
            Sink sink,
            BiFunction<DatasetRow.Place, ObjectNode, @Nullable DatasetRow> rowOf) {
        @Nullable DatasetRow row;
        try {
            row = rowOf.apply(place, object);
        } catch (IllegalArgumentException e) {
            sink.rejected(new RejectedRow(place, whose(object), String.valueOf(e.getMessage())));
            return;
        }
        if (row != null) {
            sink.row(row);
        }
    }
}
