package dev.palate.retrieval.lab;

import dev.palate.retrieval.embedding.table.EmbeddingTable;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/// What a lookup costs, in nanoseconds, as far as a sample in the middle of other work can say: one thread,
/// groups of 32 lookups, whose means are sorted. A rough figure: the machine's other work, the clock and a call
/// site that has seen all kinds of tables are in it.
///
/// @param p50 of the groups' means
/// @param p99 likewise
public record LookupSample(double p50, double p99) {
    private static final int GROUP = 32;
    private static final int GROUPS = 2_000;
    private static final int WARM_UP = 500;
    private static final long MOST_NANOS = 2_000_000_000L;
    private static final double EXPONENT = 1.05;

    /// Of ids that are all as likely.
    static LookupSample uniform(EmbeddingTable table, int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return of(table, group -> random.nextInt(rows));
    }

    /// Of ids of which number r is looked up in proportion to 1 / (r + 1)^1.05.
    static LookupSample zipf(EmbeddingTable table, int rows, long seed) {
        double[] sums = new double[rows];
        double sum = 0;
        for (int row = 0; row < rows; row++) {
            sum += Math.pow(row + 1, -EXPONENT);
            sums[row] = sum;
        }
        double all = sum;
        SplittableRandom random = new SplittableRandom(seed);
        return of(table, group -> {
            int found = Arrays.binarySearch(sums, random.nextDouble() * all);
            return Math.min(rows - 1, found >= 0 ? found : -found - 1);
        });
    }

    private static LookupSample of(EmbeddingTable table, IntUnaryOperator draw) {
        float[] target = new float[table.dimension()];
        long[] ids = new long[GROUP];
        double[] means = new double[GROUPS];
        int measured = 0;
        float kept = 0;
        long begin = System.nanoTime();
        for (int group = -WARM_UP; group < GROUPS; group++) {
            for (int i = 0; i < GROUP; i++) {
                ids[i] = draw.applyAsInt(i);
            }
            long start = System.nanoTime();
            for (long id : ids) {
                table.lookup(id, target, 0);
                kept += target[0];
            }
            long end = System.nanoTime();
            if (group >= 0) {
                means[measured++] = (end - start) / (double) GROUP;
            }
            if (end - begin > MOST_NANOS && measured > 0) {
                break;
            }
        }
        if (Float.isNaN(kept)) {
            throw new IllegalStateException("a lookup gave no number");
        }
        double[] sorted = Arrays.copyOf(means, measured);
        Arrays.sort(sorted);
        return new LookupSample(sorted[measured / 2], sorted[(int) (measured * 0.99)]);
    }
}
