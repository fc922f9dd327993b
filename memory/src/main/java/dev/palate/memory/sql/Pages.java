package dev.palate.memory.sql;

import dev.palate.memory.Page;
import java.util.List;
import java.util.function.Function;

/// Cuts a page off rows of which one more than the limit was read. Stateless.
final class Pages {
    private Pages() {}

    static <T> Page<T> cut(List<T> rows, int limit, String listing, Function<T, List<String>> key) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        List<T> shown = rows.subList(0, limit);
        return new Page<>(shown, new Cursor(listing, key.apply(shown.getLast())).encode());
    }
}
