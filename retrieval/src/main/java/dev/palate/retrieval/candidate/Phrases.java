package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.Item;
import java.util.Locale;
import java.util.regex.Pattern;

/// How evidence is put into words, within its limit of length. Stateless.
final class Phrases {
    private static final int MAX_QUOTE = 120;
    private static final Pattern SPACES = Pattern.compile("\\s+");

    private Phrases() {}

    /// A phrase around a title.
    static String title(String before, Item item, String after) {
        return before + cut(item.title()) + after;
    }

    /// A phrase around two titles.
    static String titles(String before, Item item, Item other) {
        return before + cut(item.title()) + " and " + cut(other.title());
    }

    /// The text on one line, at most 120 characters, with an ellipsis when it was longer.
    static String cut(String text) {
        String line = isLine(text) ? text : SPACES.matcher(text).replaceAll(" ").strip();
        return line.length() <= MAX_QUOTE
                ? line
                : line.substring(0, MAX_QUOTE - 1).stripTrailing() + "…";
    }

    /// True when there is nothing to bring together: most titles are so, and this is quicker than finding out by
    /// replacing.
    private static boolean isLine(String text) {
        boolean space = true;
        for (int at = 0; at < text.length(); at++) {
            char one = text.charAt(at);
            boolean wide = one <= ' ' || one > '~';
            if (wide && (one != ' ' || space)) {
                return false;
            }
            space = one == ' ';
        }
        return !space;
    }

    /// The category or tag as the item spells it.
    static String spelling(Iterable<String> spellings, String lower) {
        for (String spelling : spellings) {
            if (spelling.toLowerCase(Locale.ROOT).equals(lower)) {
                return cut(spelling);
            }
        }
        return lower;
    }
}
