package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import dev.palate.retrieval.embedding.table.TableSpec.Eviction;
import dev.palate.retrieval.embedding.table.TableSpec.Rounding;
import dev.palate.retrieval.embedding.table.TableSpec.Run;
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
                                ROWS, new TableSpec.Full(ROWS, WIDE, 1), new TableSpec.Hashed(1, WIDE, 1))),
                new TableCases(
                        "robe",
                        new TableSpec.Robe(100, 12, 5, true, SEED),
                        400,
                        new TableSpec.Robe(5_000, WIDE, 4, false, 1)),
                new TableCases(
                        "mem-rec",
                        new TableSpec.MemRec(9, 20, 4, 2, 12, SEED),
                        (9 * 12 + 20) * 4,
                        new TableSpec.MemRec(60, 90, 2, 2, WIDE, 1)),
                new TableCases(
                        "mem-com",
                        new TableSpec.MemCom(50, 12, 7, false, SEED),
                        (7 * 12 + 50) * 4,
                        new TableSpec.MemCom(ROWS, WIDE, ROWS, false, 1)),
                new TableCases(
                        "mem-com-biased",
                        new TableSpec.MemCom(50, 12, 7, true, SEED),
                        (7 * 12 + 100) * 4,
                        new TableSpec.MemCom(ROWS, WIDE, ROWS, true, 1)),
                new TableCases(
                        "deep-hash",
                        new TableSpec.DeepHash(20, 10, 2, 12, SEED),
                        (21 * 10 + 11 * 10 + 11 * 12) * 4,
                        new TableSpec.DeepHash(64, 64, 1, WIDE, 1)),
                new TableCases(
                        "tensor-train",
                        new TableSpec.TensorTrain(50, 12, List.of(3, 5, 4), List.of(2, 3, 2), 3, SEED),
                        (3 * 2 * 3 + 5 * 3 * 9 + 4 * 2 * 3) * 4,
                        new TableSpec.TensorTrain(ROWS, WIDE, List.of(2, 2, 2), List.of(2, 2, 2), 4, 1)),
                new TableCases(
                        "materialised",
                        new TableSpec.Materialised(
                                5, new TableSpec.TensorTrain(50, 12, List.of(3, 5, 4), List.of(2, 3, 2), 3, SEED)),
                        (3 * 2 * 3 + 5 * 3 * 9 + 4 * 2 * 3) * 4 + 5 * (48 + 125),
                        new TableSpec.Materialised(3, new TableSpec.Full(ROWS, WIDE, 1))),
                new TableCases(
                        "masked",
                        new TableSpec.Masked(50, 12, 6, 1, 0, SEED),
                        (50 * 13 + 2 * (18 + 84)) * 4,
                        new TableSpec.Masked(ROWS, WIDE, 4, 1, 0, 1)),
                new TableCases(
                        "slabs",
                        new TableSpec.Slabs(12, List.of(new Run(6, 12), new Run(20, 5), new Run(24, 2)), SEED),
                        (72 + 100 + 48) * 4 + 3 * 16 + 8,
                        new TableSpec.Slabs(WIDE, List.of(new Run(ROWS, WIDE)), 1)));
    }

    /// How many of the parameters have a gradient that is one of differences: not the choice of widths,
    /// which is a step.
    int smoothParameters(EmbeddingTable table) {
        return spec instanceof TableSpec.Masked masked
                ? (int) masked.rows() * masked.dimension()
                : table.parameterCount();
    }

    /// Ids in range, the least and the greatest among them.
    long[] ids() {
        long last = spec.lastId();
        return last == Long.MAX_VALUE
                ? new long[] {0, 1, 5, 6, 7, 49, 1L << 31, (1L << 40) + 3, last - 1, last}
                : new long[] {0, 1, 5, 6, 7, last / 2, last / 2 + 1, last - 1, last};
    }
}
