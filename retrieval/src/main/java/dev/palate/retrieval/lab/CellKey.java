package dev.palate.retrieval.lab;

import dev.palate.retrieval.embedding.recipe.TableKind;
import java.math.BigDecimal;

/// One table of one size and seed.
///
/// @param table the table's name
/// @param ratio what it is to be smaller by, at least 1; 0 for a table of one size
/// @param seed of everything random
public record CellKey(String table, double ratio, long seed) {
    static CellKey of(TableKind table, double ratio, long seed) {
        return new CellKey(table.key(), table.ofOneSize() ? 0 : ratio, seed);
    }

    /// A ratio as it is typed, `8x`.
    public static String times(double ratio) {
        return BigDecimal.valueOf(ratio).stripTrailingZeros().toPlainString() + "x";
    }

    /// For people.
    String words() {
        return table + (ratio == 0 ? "" : " " + times(ratio)) + " seed " + seed;
    }

    /// For names of files.
    String file() {
        return table.replace('+', '-').replace("%", "") + (ratio == 0 ? "" : "-" + times(ratio)) + "-seed" + seed;
    }
}
