package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import dev.palate.retrieval.embedding.table.TableSpec.Eviction;
import dev.palate.retrieval.embedding.table.TableSpec.Rounding;
import java.util.List;

/// Every kind of table, small, with what must hold of it.
///
/// @param name also of the golden file
/// @param bytes worked out by hand
/// @param exact a spec of the same kind that has room for [#ROWS] rows of 8 values of any kind
record TableCases(String name, TableSpec spec, long bytes, TableSpec exact) {
    static final int ROWS = 8;
    private static final int WIDE = 8;
    private static final long SEED = 11;

    @Override
    public String toString() {
        return name;
    }

    static List<TableCases> all() {
        return List.of(
                new TableCases(
                        "full", new TableSpec.Full(50, 12, SEED), 50 * 12 * 4, new TableSpec.Full(ROWS, WIDE, 1)),
                new TableCases(
                        "narrow",
                        new TableSpec.Narrow(50, 12, 5, SEED),
                        50 * 5 * 4,
                        new TableSpec.Narrow(ROWS, WIDE, WIDE, 1)),
                new TableCases(
                        "hash", new TableSpec.Hashed(7, 12, SEED), 7 * 12 * 4, new TableSpec.Hashed(200, WIDE, 1)),
                new TableCases(
                        "quotient-remainder",
                        TableSpec.MixedRadix.quotientRemainder(50, 12, 4, Combination.MULTIPLY, SEED),
                        (13 + 4) * 12 * 4,
                        TableSpec.MixedRadix.quotientRemainder(ROWS, WIDE, 1, Combination.MULTIPLY, 1)),
                new TableCases(
                        "digits-added",
                        new TableSpec.MixedRadix(50, 12, List.of(3, 4, 5), Combination.ADD, SEED),
                        (3 + 4 + 5) * 12 * 4,
                        new TableSpec.MixedRadix(ROWS, WIDE, List.of(ROWS), Combination.ADD, 1)),
                new TableCases(
                        "remainders-multiplied",
                        new TableSpec.ChineseRemainder(50, 12, List.of(7, 8), Combination.MULTIPLY, SEED),
                        (7 + 8) * 12 * 4,
                        new TableSpec.ChineseRemainder(ROWS, WIDE, List.of(ROWS, 3), Combination.MULTIPLY, 1)),
                new TableCases(
                        "remainders-concatenated",
                        new TableSpec.ChineseRemainder(50, 12, List.of(3, 4, 5), Combination.CONCATENATE, SEED),
                        (3 + 4 + 5) * 4 * 4,
                        new TableSpec.ChineseRemainder(ROWS, WIDE, List.of(ROWS, 9), Combination.CONCATENATE, 1)),
                new TableCases(
                        "int8",
                        new TableSpec.Quantised(50, 12, 8, 5, Rounding.STOCHASTIC, Eviction.LEAST_FREQUENT, SEED),
                        50 * (12 + 8) + 5 * (48 + 8),
                        TableSpec.Quantised.caching(ROWS, WIDE, 8, 1, 1)),
                new TableCases(
                        "int4",
                        new TableSpec.Quantised(90, 11, 4, 40, Rounding.STOCHASTIC, Eviction.LEAST_RECENT, SEED),
                        90 * (6 + 8) + 40 * (44 + 8),
                        TableSpec.Quantised.caching(ROWS, WIDE, 4, 1, 1)),
                new TableCases(
                        "product-quantised",
                        new TableSpec.ProductQuantised(50, 12, 16, SEED),
                        50 * 2 + 2 * 16 * 8 * 4,
                        new TableSpec.ProductQuantised(ROWS, WIDE, ROWS, 1)),
                new TableCases(
                        "hot-cold",
                        new TableSpec.HotCold(
                                6,
                                new TableSpec.Full(6, 12, SEED),
                                TableSpec.MixedRadix.quotientRemainder(44, 12, 4, Combination.MULTIPLY, SEED)),
                        6 * 48 + (11 + 4) * 48,
                        new TableSpec.HotCold(3, new TableSpec.Full(3, WIDE, 1), new TableSpec.Hashed(100, WIDE, 1))),
                new TableCases(
                        "hot-hashed",
                        new TableSpec.HotCold(6, new TableSpec.Full(6, 12, SEED), new TableSpec.Hashed(5, 12, SEED)),
                        11 * 48,
                        new TableSpec.HotCold(
                                ROWS, new TableSpec.Full(ROWS, WIDE, 1), new TableSpec.Hashed(1, WIDE, 1))));
    }

    /// Ids in range, the least and the greatest among them.
    long[] ids() {
        long last = spec.lastId();
        return last == Long.MAX_VALUE
                ? new long[] {0, 1, 5, 6, 7, 49, 1L << 31, (1L << 40) + 3, last - 1, last}
                : new long[] {0, 1, 5, 6, 7, last / 2, last / 2 + 1, last - 1, last};
    }
}
