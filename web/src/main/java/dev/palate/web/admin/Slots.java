package dev.palate.web.admin;

import dev.palate.agent.domain.Speech;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a memory speaks of, between its normalised key and plain words. Thread-safe.
final class Slots {
    private static final Pattern DECADE = Pattern.compile("(?:the )?(\\d{3}0)'?s");
    private static final Pattern BEFORE = Pattern.compile("(?:before|until) (\\d{4})");
    private static final Pattern AFTER = Pattern.compile("after (\\d{4})");
    private static final Pattern FROM = Pattern.compile("(?:from|since) (\\d{4})");
    private static final Pattern RANGE = Pattern.compile("(\\d{4})?\\s*[-–]\\s*(\\d{4})?");
    private static final Pattern YEAR_AT_END = Pattern.compile("(.+) \\((\\d{4})\\)");

    private final Catalog catalog;
    private final Speech speech;
    private final Map<String, String> facets;

    Slots(Catalog catalog, Speech speech) {
        this.catalog = catalog;
        this.speech = speech;
        facets = Words.facets(speech).stream().collect(Collectors.toMap(Words.Choice::key, Words.Choice::words));
    }

    /// The slot's value in plain words: a title for a film, `before 2000` for an era.
    String value(Slot slot) {
        return switch (slot.facet()) {
            case "title" ->
                catalog.item(new ItemId(slot.value())).map(Slots::title).orElse(speech.one() + " that is gone");
            case "era" -> era(slot.value());
            default -> slot.value();
        };
    }

    /// `about Alien (1979)`, `about a genre: horror`.
    String words(Slot slot) {
        String value = value(slot);
        return slot.facet().equals("title")
                ? "about " + value
                : "about " + facets.getOrDefault(slot.facet(), slot.facet()) + ": " + value;
    }

    /// The slot of a form; `before` is kept when the form says the same in words.
    ///
    /// @throws IllegalArgumentException with words for the form
    @Nullable
    Slot of(MemoryForm form, @Nullable Slot before) {
        if (form.facet().isEmpty()) {
            return null;
        }
        if (!facets.containsKey(form.facet())) {
            throw new IllegalArgumentException("“About” must be one of the list, was " + form.facet() + ".");
        }
        if (form.about().isEmpty()) {
            throw new IllegalArgumentException("Say which one it is about, or choose “nothing in particular”.");
        }
        if (before != null
                && before.facet().equals(form.facet())
                && form.about().equals(value(before))) {
            return before;
        }
        return new Slot(
                form.facet(),
                switch (form.facet()) {
                    case "title" -> film(form.about()).value();
                    case "era" -> years(form.about());
                    default -> form.about();
                });
    }

    /// A sentence for a memory with that meaning, in the way that Palate words them.
    String sentence(MemoryKind kind, double polarity, Slot slot) {
        String value = value(slot);
        boolean title = slot.facet().equals("title");
        boolean rule = kind == MemoryKind.CONSTRAINT;
        if (polarity > 0) {
            return (rule ? "Wants only " : title ? "Loved " : "Likes ") + value;
        }
        return (rule ? "Does not want " : title ? "Did not like " : "Dislikes ") + value;
    }

    private static String title(Item item) {
        return item.year() == null ? item.title() : item.title() + " (" + item.year() + ")";
    }

    private ItemId film(String words) {
        Matcher dated = YEAR_AT_END.matcher(words);
        boolean yearGiven = dated.matches();
        String title = yearGiven ? dated.group(1) : words;
        Integer year = yearGiven ? Integer.valueOf(dated.group(2)) : null;
        List<Item> found = new ArrayList<>();
        catalog.scan(item -> {
            if (item.title().equalsIgnoreCase(title) && (year == null || year.equals(item.year()))) {
                found.add(item);
            }
        });
        if (found.isEmpty()) {
            throw new IllegalArgumentException("The catalog has no " + speech.noun() + " called “" + words
                    + "”. Write the title as it stands on its card.");
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("Several " + speech.plural() + " are called that. Add the year: "
                    + found.stream().limit(5).map(Slots::title).collect(Collectors.joining(", ")) + ".");
        }
        return found.getFirst().id();
    }

    private static String era(String value) {
        Matcher range = RANGE.matcher(value);
        if (!range.matches()) {
            return value;
        }
        String from = range.group(1);
        String to = range.group(2);
        if (from == null) {
            return to == null ? value : "before " + (Integer.parseInt(to) + 1);
        }
        return to == null ? "from " + from : from + "-" + to;
    }

    private static String years(String words) {
        String text = words.toLowerCase(Locale.ROOT);
        Matcher decade = DECADE.matcher(text);
        if (decade.matches()) {
            int first = Integer.parseInt(decade.group(1));
            return first + "-" + (first + 9);
        }
        Matcher before = BEFORE.matcher(text);
        if (before.matches()) {
            return "-" + (Integer.parseInt(before.group(1)) - 1);
        }
        Matcher after = AFTER.matcher(text);
        if (after.matches()) {
            return (Integer.parseInt(after.group(1)) + 1) + "-";
        }
        Matcher from = FROM.matcher(text);
        if (from.matches()) {
            return from.group(1) + "-";
        }
        Matcher range = RANGE.matcher(text);
        if (range.matches() && (range.group(1) != null || range.group(2) != null)) {
            return (range.group(1) == null ? "" : range.group(1)) + "-"
                    + (range.group(2) == null ? "" : range.group(2));
        }
        throw new IllegalArgumentException(
                "An era looks like 1980-1989, 1980s, before 2000 or from 1990, was “" + words + "”.");
    }
}
