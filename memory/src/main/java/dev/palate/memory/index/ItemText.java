package dev.palate.memory.index;

import dev.palate.memory.catalog.Item;
import java.util.List;

/// The text that stands for an item when it is encoded: `TITLE (YEAR). CATEGORIES. TAGS. DESCRIPTION`, with commas
/// inside categories and tags, the first 12 tags and the first 48 words of the description; absent parts leave nothing
/// behind. Longer texts cost the encoder time and blur the vector. Stateless.
public final class ItemText {
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
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> words) {
        if (!words.isEmpty()) {
            text.append(". ").append(String.join(", ", words));
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
