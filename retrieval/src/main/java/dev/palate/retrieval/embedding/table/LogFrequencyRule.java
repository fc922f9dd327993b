package dev.palate.retrieval.embedding.table;

import dev.palate.memory.Require;
import java.util.stream.IntStream;

/// The simple rule for adaptive dimensions that learnt ones have to beat: width = factor · log₂(1 +
/// count), rounded, at least 1 and at most the dimension. Stateless.
public final class LogFrequencyRule {
    private static final int HALVINGS = 50;

    private LogFrequencyRule() {}

    /// The widths of a factor.
    ///
    /// @param counts how often each row was seen
    /// @param factor above 0
    public static int[] widths(int[] counts, int dimension, double factor) {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("factor must be above 0, was " + factor);
        }
        return IntStream.of(counts)
                .map(count -> Math.clamp(Math.round(factor * Math.log1p(count) / Math.log(2)), 1, dimension))
                .toArray();
    }

    /// The widths of the greatest factor that keeps within a number of values.
    ///
    /// @param values at least one for each row
    public static int[] within(int[] counts, int dimension, long values) {
        Require.range("values", values, counts.length, Long.MAX_VALUE);
        double low = 1e-6;
        double high = 10.0 * dimension;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            long needed = IntStream.of(widths(counts, dimension, middle))
                    .asLongStream()
                    .sum();
            if (needed <= values) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return widths(counts, dimension, low);
    }
}
