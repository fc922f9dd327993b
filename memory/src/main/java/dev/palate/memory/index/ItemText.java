package dev.palate.memory.index;

import dev.palate.memory.catalog.Item;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The text that stands for an item when it is encoded: `TITLE (YEAR). CATEGORIES. TAGS. DESCRIPTION. PEOPLE`, with
/// commas inside categories and tags, the first 12 tags, the first 48 words of the description and, of the attributes
/// [#PEOPLE], the first 8 names each; absent parts leave nothing behind. Longer texts cost the encoder time and blur
/// the vector. People come last: before the description they bring nothing (docs/evaluation.md). A change of this text
/// needs a new [Position#LAYOUT], so that existing indexes are encoded anew. Stateless.
public final class ItemText {
    /// The attributes that name people, in the order in which they are told.
    static final List<String> PEOPLE = List.of("director", "directors", "stars", "cast", "actors");

    private static final int MAX_NAMES = 8;
    private static final int MAX_TAGS = 12;
    private static final int MAX_WORDS = 48;

    private ItemText() {}

    /// The text of the item.
    public static String of(Item item) {
        StringBuilder text = new StringBuilder(item.title());
        if (item.year() != null) {
            text.append(" (").append(item.year()).append(')');
        }
        append(text, item.categories());
        append(text, item.tags().subList(0, Math.min(MAX_TAGS, item.tags().size())));
        String words = firstWords(item.description());
        if (!words.isEmpty()) {
            text.append(". ").append(words);
        }
        people(text, item);
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> words) {
        if (!words.isEmpty()) {
            text.append(". ").append(String.join(", ", words));
        }
    }

    private static void people(StringBuilder text, Item item) {
        String between = text.charAt(text.length() - 1) == '.' ? " " : ". ";
        for (String attribute : PEOPLE) {
            String names = Arrays.stream(
                            item.attributes().getOrDefault(attribute, "").split(","))
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .limit(MAX_NAMES)
                    .collect(Collectors.joining(", "));
            if (!names.isEmpty()) {
                text.append(between).append(names);
                between = "; ";
            }
        }
    }

    private static String firstWords(String description) {
        StringBuilder words = new StringBuilder();
        int count = 0;
        int at = 0;
        while (count < MAX_WORDS && at < description.length()) {
            if (Character.isWhitespace(description.charAt(at))) {
                at++;
                continue;
            }
            int end = at;
            while (end < description.length() && !Character.isWhitespace(description.charAt(end))) {
                end++;
            }
            words.append(count == 0 ? "" : " ").append(description, at, end);
            count++;
            at = end;
        }
        return words.toString();
    }
}
