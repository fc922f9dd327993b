package dev.palate.memory.dataset;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Rows out of JSON objects; what does not fit is an `IllegalArgumentException` that says what was seen. Stateless.
final class JsonRows {
    private static final int MAX_ATTRIBUTE = 1_000;
    private static final int MAX_SEEN = 60;
    private static final Set<String> ITEM_FIELDS = Set.of(
            "item_id",
            "title",
            "year",
            "genres",
            "categories",
            "tags",
            "plot",
            "description",
            "hidden",
            "available_from",
            "available_to");

    private JsonRows() {}

    static DatasetRow item(DatasetRow.Place place, ObjectNode row) {
        String description = text(row, "description");
        return new DatasetRow.ItemRow(
                place,
                new Item(
                        new ItemId(id(row, "item_id")),
                        text(row, "title"),
                        year(row),
                        texts(row, row.hasNonNull("categories") ? "categories" : "genres"),
                        texts(row, "tags"),
                        description.isEmpty() ? text(row, "plot") : description,
                        attributes(row),
                        flag(row, "hidden"),
                        timeOrNull(row, "available_from"),
                        timeOrNull(row, "available_to"),
                        0));
    }

    static DatasetRow user(DatasetRow.Place place, ObjectNode row) {
        return new DatasetRow.UserRow(
                place, new User(new UserId(id(row, "user_id")), text(row, "name"), Instant.EPOCH, true));
    }

    static DatasetRow interaction(DatasetRow.Place place, ObjectNode row, InteractionIds ids) {
        UserId user = new UserId(id(row, "user_id"));
        ItemId item = new ItemId(id(row, "item_id"));
        Feedback feedback = feedback(row);
        @Nullable Instant at = timeOrNull(row, "timestamp");
        if (at == null) {
            throw new IllegalArgumentException("timestamp must be given, was absent");
        }
        InteractionId id = row.hasNonNull("interaction_id")
                ? new InteractionId(id(row, "interaction_id"))
                : ids.of(user, item, feedback.type(), at);
        return new DatasetRow.InteractionRow(place, new Interaction(id, user, item, feedback, at, null));
    }

    static DatasetRow memory(DatasetRow.Place place, ObjectNode row) {
        boolean user = row.hasNonNull("user_id");
        if (user == row.hasNonNull("item_id")) {
            throw new IllegalArgumentException(
                    "a memory must have user_id or item_id, had " + (user ? "both" : "neither"));
        }
        String text = text(row, first(row, "text", "memory", "fact")).strip();
        String slot = text(row, "slot");
        String kind = text(row, "kind");
        @Nullable JsonNode polarity = row.get("polarity");
        if (polarity != null && !polarity.isNull() && !polarity.isNumber()) {
            throw new IllegalArgumentException("polarity must be a number in [-1, 1], was " + seen(polarity));
        }
        String source = text(row, "source");
        String id = row.hasNonNull("id") ? id(row, "id") : "";
        return new DatasetRow.MemoryRow(
                place,
                new ImportedMemory(
                        user
                                ? new Subject.OfUser(new UserId(id(row, "user_id")))
                                : new Subject.OfItem(new ItemId(id(row, "item_id"))),
                        text,
                        kind.isEmpty() ? null : MemoryKind.ofKey(kind),
                        polarity == null || polarity.isNull() ? 0 : polarity.asDouble(),
                        slot.isEmpty() ? null : Slot.parse(slot),
                        timeOrNull(row, first(row, "valid_from", "valid_at", "created_at")),
                        timeOrNull(row, first(row, "valid_to", "invalid_at")),
                        source.isEmpty() || id.isEmpty() ? source + id : source + ":" + id));
    }

    /// The first of the fields that is there, else the first.
    private static String first(ObjectNode row, String... fields) {
        for (String field : fields) {
            if (row.hasNonNull(field)) {
                return field;
            }
        }
        return fields[0];
    }

    private static Feedback feedback(ObjectNode row) {
        String type = text(row, "type");
        boolean rated = row.hasNonNull("rating");
        if (type.isEmpty() && !rated) {
            throw new IllegalArgumentException("an interaction must have type or rating, had neither");
        }
        @Nullable JsonNode rating = row.get("rating");
        if (rated && rating != null && !rating.isNumber()) {
            throw new IllegalArgumentException("rating must be a number, was " + seen(rating));
        }
        return Feedback.of(type.isEmpty() ? "rated" : type, rating == null ? Double.NaN : rating.asDouble());
    }

    private static String id(ObjectNode row, String field) {
        @Nullable JsonNode node = row.get(field);
        if (node != null && (node.isString() || node.isIntegralNumber())) {
            return node.asString();
        }
        throw new IllegalArgumentException(
                field + " must be a text or a whole number, was " + (node == null ? "absent" : seen(node)));
    }

    private static String text(ObjectNode row, String field) {
        @Nullable JsonNode node = row.get(field);
        if (node == null || node.isNull()) {
            return "";
        }
        if (node.isString()) {
            return node.asString();
        }
        throw new IllegalArgumentException(field + " must be a text, was " + seen(node));
    }

    private static @Nullable Integer year(ObjectNode row) {
        @Nullable JsonNode node = row.get("year");
        if (node == null || node.isNull()) {
            return null;
        }
        if (node.canConvertToInt() && node.isIntegralNumber()) {
            return node.asInt();
        }
        throw new IllegalArgumentException("year must be a whole number, was " + seen(node));
    }

    private static boolean flag(ObjectNode row, String field) {
        @Nullable JsonNode node = row.get(field);
        if (node == null || node.isNull()) {
            return false;
        }
        if (node.isBoolean()) {
            return node.asBoolean();
        }
        throw new IllegalArgumentException(field + " must be true or false, was " + seen(node));
    }

    private static List<String> texts(ObjectNode row, String field) {
        @Nullable JsonNode node = row.get(field);
        if (node == null || node.isNull()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw new IllegalArgumentException(field + " must be a list of texts, was " + seen(node));
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : node) {
            if (!element.isString()) {
                throw new IllegalArgumentException(field + " must be a list of texts, held " + seen(element));
            }
            if (!texts.contains(element.asString())) {
                texts.add(element.asString());
            }
        }
        return texts;
    }

    private static Map<String, String> attributes(ObjectNode row) {
        Map<String, String> attributes = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : row.properties()) {
            if (!ITEM_FIELDS.contains(field.getKey())) {
                String value = attribute(field.getKey(), field.getValue());
                if (!value.isEmpty()) {
                    attributes.put(field.getKey(), value.substring(0, Math.min(MAX_ATTRIBUTE, value.length())));
                }
            }
        }
        return attributes;
    }

    private static String attribute(String name, JsonNode node) {
        if (node.isNull()) {
            return "";
        }
        if (node.isObject()) {
            throw new IllegalArgumentException(name + " must be a text, a number or a list of those, was an object");
        }
        if (!node.isArray()) {
            return node.asString();
        }
        List<String> parts = new ArrayList<>();
        for (JsonNode element : node) {
            parts.add(attribute(name, element));
        }
        return String.join(", ", parts);
    }

    private static @Nullable Instant timeOrNull(ObjectNode row, String field) {
        @Nullable JsonNode node = row.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        try {
            if (node.isIntegralNumber() && node.canConvertToLong()) {
                return Instant.ofEpochSecond(node.asLong());
            }
            if (node.isString()) {
                return OffsetDateTime.parse(node.asString()).toInstant();
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(field + " must be seconds since 1970 or ISO 8601, was " + seen(node), e);
        }
        throw new IllegalArgumentException(field + " must be seconds since 1970 or ISO 8601, was " + seen(node));
    }

    private static String seen(JsonNode node) {
        String text = node.toString();
        return text.length() > MAX_SEEN ? text.substring(0, MAX_SEEN) + "..." : text;
    }
}
