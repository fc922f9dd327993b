package dev.palate.memory.sql;

import java.util.HashSet;
import java.util.Set;

/// Which of many ids a text names, by one look at the text however many ids there are. Stateless.
final class NamedIds {
    /// The longest id.
    private static final int LONGEST = 128;

    private NamedIds() {}

    /// The ids that stand between two of the quotes, or between a quote and an `@`.
    ///
    /// @param quote as it stands in the text: `"`, or `\"` where the text holds JSON within JSON
    static Set<String> in(String text, String quote, Set<String> ids) {
        Set<String> named = new HashSet<>();
        int open = text.indexOf(quote);
        int at = text.indexOf('@');
        while (open >= 0) {
            int begin = open + quote.length();
            // What closes one pair of quotes is looked at as if it opened another: that names nothing.
            int close = text.indexOf(quote, begin);
            int end = close < 0 ? text.length() : close;
            while (at >= 0 && at < end) {
                if (at > begin) {
                    add(text.substring(begin, Math.min(at, begin + LONGEST + 1)), ids, named);
                }
                at = text.indexOf('@', at + 1);
            }
            if (close >= 0) {
                add(text.substring(begin, Math.min(end, begin + LONGEST + 1)), ids, named);
            }
            open = close;
        }
        return named;
    }

    private static void add(String id, Set<String> ids, Set<String> named) {
        if (ids.contains(id)) {
            named.add(id);
        }
    }
}
