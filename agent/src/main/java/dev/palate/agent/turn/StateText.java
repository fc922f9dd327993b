package dev.palate.agent.turn;

import dev.palate.agent.domain.Mention;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import dev.palate.retrieval.candidate.NumberRange;
import dev.palate.retrieval.recommend.YearRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The state as JSON. A text that cannot be read, such as one of an older build, is a new state: a conversation goes on
/// rather than fail for what it remembered.
final class StateText {
    private static final int VERSION = 1;
    private static final int MAX_TEXT = 60_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private StateText() {}

    static String write(State state) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", VERSION);
        root.set("wish", form(state.wish()));
        texts(root, "shown", values(state.shown(), ItemId::value));
        SlateId slate = state.slate();
        root.put("slate", slate == null ? "" : slate.value());
        texts(root, "last", values(state.last(), ItemId::value));
        texts(root, "written", values(state.written(), MemoryId::value));
        ItemId told = state.told();
        if (told != null) {
            root.put("told", told.value());
        }
        String text = root.toString();
        return text.length() <= MAX_TEXT ? text : "";
    }

    static ObjectNode form(Wish wish) {
        ObjectNode node = JSON.createObjectNode();
        texts(node, "required", wish.required());
        texts(node, "any_of", wish.anyOf());
        texts(node, "excluded", wish.excluded());
        texts(node, "fond", wish.fond());
        texts(node, "leaning", wish.leaning());
        texts(node, "themes", wish.themes());
        texts(node, "excluded_themes", wish.excludedThemes());
        texts(node, "tags", wish.tags());
        texts(node, "excluded_tags", wish.excludedTags());
        range(node.putArray("years"), wish.years());
        ArrayNode spans = node.putArray("excluded_years");
        wish.excludedYears().forEach(span -> range(spans.addArray(), span));
        texts(node, "liked", values(wish.liked(), ItemId::value));
        texts(node, "disliked", values(wish.disliked(), ItemId::value));
        texts(node, "references", values(wish.references(), ItemId::value));
        texts(node, "seen", values(wish.seen(), ItemId::value));
        people(node.putArray("people"), wish.people());
        people(node.putArray("excluded_people"), wish.excludedPeople());
        ArrayNode elsewhere = node.putArray("elsewhere");
        wish.elsewhere().forEach(title -> elsewhere(elsewhere.addObject(), title));
        ArrayNode numbers = node.putArray("numbers");
        wish.numbers().forEach(range -> number(numbers.addObject(), range));
        if (!wish.moods().isEmpty()) {
            texts(node, "moods", wish.moods());
        }
        node.put("words", wish.words());
        return node;
    }

    static State read(String text) {
        if (text.isBlank()) {
            return State.NEW;
        }
        try {
            JsonNode root = JSON.readTree(text);
            if (root.path("version").asInt(0) != VERSION) {
                return State.NEW;
            }
            String slate = root.path("slate").asString("");
            String told = root.path("told").asString("");
            return new State(
                    wish(root.path("wish")),
                    list(root, "shown", ItemId::new),
                    slate.isEmpty() ? null : new SlateId(slate),
                    list(root, "last", ItemId::new),
                    list(root, "written", MemoryId::new),
                    told.isEmpty() ? null : new ItemId(told));
        } catch (JacksonException | IllegalArgumentException e) {
            return State.NEW;
        }
    }

    static Wish wish(JsonNode node) {
        Wish.Draft wish = Wish.NONE.draft();
        wish.required.addAll(list(node, "required", Function.identity()));
        wish.anyOf.addAll(list(node, "any_of", Function.identity()));
        wish.excluded.addAll(list(node, "excluded", Function.identity()));
        wish.fond.addAll(list(node, "fond", Function.identity()));
        wish.leaning.addAll(list(node, "leaning", Function.identity()));
        wish.themes.addAll(list(node, "themes", Function.identity()));
        wish.excludedThemes.addAll(list(node, "excluded_themes", Function.identity()));
        wish.tags.addAll(list(node, "tags", Function.identity()));
        wish.excludedTags.addAll(list(node, "excluded_tags", Function.identity()));
        wish.years = range(node.path("years"));
        node.path("excluded_years").forEach(span -> wish.excludedYears.add(range(span)));
        wish.liked.addAll(list(node, "liked", ItemId::new));
        wish.disliked.addAll(list(node, "disliked", ItemId::new));
        wish.references.addAll(list(node, "references", ItemId::new));
        wish.seen.addAll(list(node, "seen", ItemId::new));
        node.path("people").forEach(person -> wish.people.add(person(person)));
        node.path("excluded_people").forEach(person -> wish.excludedPeople.add(person(person)));
        node.path("elsewhere").forEach(title -> wish.elsewhere.add(elsewhere(title)));
        node.path("numbers").forEach(range -> wish.numbers.add(number(range)));
        wish.moods.addAll(list(node, "moods", Function.identity()));
        wish.words = node.path("words").asString("");
        return wish.build();
    }

    private static void people(ArrayNode array, Collection<Mention.Person> people) {
        for (Mention.Person person : people) {
            array.addObject().put("name", person.name());
        }
    }

    private static Mention.Person person(JsonNode node) {
        return new Mention.Person(node.path("name").asString(""));
    }

    private static void elsewhere(ObjectNode node, Mention.Elsewhere title) {
        node.put("title", title.title());
        Integer year = title.year();
        node.put("year", year == null ? 0 : year);
        texts(node, "categories", title.categories().stream().sorted().toList());
    }

    private static Mention.Elsewhere elsewhere(JsonNode node) {
        int year = node.path("year").asInt(0);
        return new Mention.Elsewhere(
                node.path("title").asString(""),
                year == 0 ? null : year,
                Set.copyOf(list(node, "categories", Function.identity())));
    }

    // An open end is left out: JSON has no infinity.
    private static void number(ObjectNode node, NumberRange range) {
        node.put("attribute", range.attribute());
        if (!Double.isInfinite(range.from())) {
            node.put("from", range.from());
        }
        if (!Double.isInfinite(range.to())) {
            node.put("to", range.to());
        }
    }

    private static NumberRange number(JsonNode node) {
        return new NumberRange(
                node.path("attribute").asString(""),
                node.path("from").asDouble(Double.NEGATIVE_INFINITY),
                node.path("to").asDouble(Double.POSITIVE_INFINITY));
    }

    private static void texts(ObjectNode node, String field, Collection<String> texts) {
        ArrayNode array = node.putArray(field);
        texts.forEach(array::add);
    }

    private static <T> List<String> values(Collection<T> ids, Function<T, String> value) {
        return ids.stream().map(value).toList();
    }

    private static <T> List<T> list(JsonNode node, String field, Function<String, T> make) {
        List<T> list = new ArrayList<>();
        node.path(field).forEach(entry -> list.add(make.apply(entry.asString(""))));
        return list;
    }

    private static void range(ArrayNode array, YearRange range) {
        array.add(range.from());
        array.add(range.to());
    }

    private static YearRange range(JsonNode array) {
        return new YearRange(
                array.path(0).asInt(Integer.MIN_VALUE), array.path(1).asInt(Integer.MAX_VALUE));
    }
}
