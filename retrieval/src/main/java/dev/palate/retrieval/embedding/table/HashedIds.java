package dev.palate.retrieval.embedding.table;

import java.util.OptionalLong;

/// By which id a table is asked for something of the outside: by its number where the table knows its ids, by its
/// hash where any id has a vector, so that one which came after training has one too. Stateless.
public final class HashedIds {
    /// Above every number of a hot row.
    private static final long BEYOND_HOT = 1L << 62;

    private HashedIds() {}

    /// The id of what was trained on.
    ///
    /// @param number by falling frequency, from 0
    /// @param hash of its name, in [0, 2⁶³)
    public static long known(TableSpec spec, int number, long hash) {
        boolean hot = spec instanceof TableSpec.HotCold parts && number < parts.hotRows();
        return hot ? number : unknown(spec, hash).orElse(number);
    }

    /// The id of what was not; empty where the table has no vector for it.
    ///
    /// @param hash of its name, in [0, 2⁶³)
    public static OptionalLong unknown(TableSpec spec, long hash) {
        if (spec.lastId() != Long.MAX_VALUE) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(spec instanceof TableSpec.HotCold ? hash | BEYOND_HOT : hash);
    }
}
