package dev.palate.retrieval.factor;

import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.memory.vector.SymmetricInverse;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import java.util.Arrays;

/// Embarrassingly shallow autoencoder (`steck2019ease`): the closed-form linear model that reconstructs a
/// history from its other items. Holds one dense row of weights per item, 4 · n² bytes. Immutable and
/// thread-safe.
///
/// | paper | code |
/// |---|---|
/// | X, users × items, 0 or 1 | `histories` |
/// | G = XᵀX + λI, P = G⁻¹ | `matrix`, then its inverse in place |
/// | B_ij = −P_ij / P_jj, diagonal 0 | `rows[i][j]` |
/// | λ | `Options.regularization` |
public final class Ease {
    /// @param regularization λ, above 0; a few hundred for dense data, fewer for sparse
    /// @param threads for the inverse, in [1, 256]; any number gives the same result
    public record Options(double regularization, int threads) implements ModelOptions {
        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (!(regularization > 0)) {
                throw new IllegalArgumentException("regularization must be above 0, was " + regularization);
            }
            if (threads < 1 || threads > 256) {
                throw new IllegalArgumentException("threads must be in [1, 256], was " + threads);
            }
        }

        /// λ = 100 suits histories whose events all count the same; with decay fewer events carry the score
        /// and the weights need more smoothing, λ = 300.
        public static double defaultRegularization(HistoryDecay decay) {
            return decay.factor() == 1 ? 100 : 300;
        }
    }

    private static final int ROWS_PER_TASK = 64;

    private final int itemCount;
    private final float[][] rows;

    private Ease(int itemCount, float[][] rows) {
        this.itemCount = itemCount;
        this.rows = rows;
    }

    /// Bytes of heap that [#fit] needs for this many items.
    public static long requiredBytes(int itemCount) {
        long order = SymmetricInverse.paddedOrder(itemCount);
        return order * order * Float.BYTES + SymmetricInverse.workingBytes(itemCount);
    }

    /// Learns the weights. O(Σ (history size)² + n³); deterministic.
    ///
    /// @throws RetrievalException with code MEMORY when the heap is too small
    public static Ease fit(Histories histories, Options options, Progress progress) {
        int itemCount = histories.itemCount();
        requireFree("EASE over " + itemCount + " items", requiredBytes(itemCount));
        int order = SymmetricInverse.paddedOrder(Math.max(1, itemCount));
        float[][] matrix = new float[order][order];
        addShared(histories, matrix, options.threads);
        for (int i = 0; i < order; i++) {
            matrix[i][i] += i < itemCount ? (float) options.regularization : 1;
        }
        int blocks = order / SymmetricInverse.BLOCK;
        SymmetricInverse.invert(matrix, options.threads, done -> progress.advanced("ease", done, blocks));
        return new Ease(itemCount, weights(matrix, itemCount));
    }

    /// Adds to the upper triangle how many users two items share, to the diagonal how many one has.
    private static void addShared(Histories histories, float[][] matrix, int threads) {
        int[] counts = histories.itemCounts();
        int[][] users = new int[histories.itemCount()][];
        int[][] places = new int[histories.itemCount()][];
        for (int item = 0; item < users.length; item++) {
            users[item] = new int[counts[item]];
            places[item] = new int[counts[item]];
        }
        int[][] sorted = new int[histories.userCount()][];
        int[] filled = new int[users.length];
        for (int user = 0; user < sorted.length; user++) {
            sorted[user] = histories.of(user).items().clone();
            Arrays.sort(sorted[user]);
            for (int place = 0; place < sorted[user].length; place++) {
                int item = sorted[user][place];
                users[item][filled[item]] = user;
                places[item][filled[item]++] = place;
            }
        }
        ParallelRange.run(threads, Math.ceilDiv(users.length, ROWS_PER_TASK), task -> {
            int end = Math.min(users.length, (task + 1) * ROWS_PER_TASK);
            for (int item = task * ROWS_PER_TASK; item < end; item++) {
                float[] row = matrix[item];
                for (int k = 0; k < users[item].length; k++) {
                    int[] items = sorted[users[item][k]];
                    for (int place = places[item][k]; place < items.length; place++) {
                        row[items[place]]++;
                    }
                }
            }
        });
    }

    /// Fails when the heap has no room for so many bytes.
    static void requireFree(String what, long required) {
        requireBytes(what, required, free(required));
    }

    /// Bytes that the heap has room for. What nobody holds any more is collected first where they would be too few.
    static long free(long required) {
        long free = free();
        if (free >= required) {
            return free;
        }
        System.gc();
        return free();
    }

    private static long free() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
    }

    static void requireBytes(String what, long required, long free) {
        if (required > free) {
            throw new RetrievalException(
                    RetrievalException.Code.MEMORY,
                    tooLarge(what, required, free) + ": give the JVM at least " + mebibytes(required + (512L << 20))
                            + " MiB (-Xmx), or use its sparse form with fewer neighbours");
        }
    }

    static String tooLarge(String what, long required, long free) {
        return what + " needs " + mebibytes(required) + " MiB of heap, " + mebibytes(free) + " MiB are free";
    }

    private static long mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20);
    }

    private static float[][] weights(float[][] inverse, int itemCount) {
        float[] scale = new float[itemCount];
        for (int i = 0; i < itemCount; i++) {
            scale[i] = -1 / inverse[i][i];
        }
        float[][] rows = new float[itemCount][];
        for (int i = 0; i < itemCount; i++) {
            float[] row = inverse[i];
            for (int j = 0; j < itemCount; j++) {
                row[j] *= scale[j];
            }
            row[i] = 0;
            rows[i] = row;
        }
        return rows;
    }

    /// The number of items.
    public int itemCount() {
        return itemCount;
    }

    /// A scorer over the dense rows. O(history · n) per user.
    public Scorer scorer(HistoryDecay decay) {
        return new DecayedRows(this, decay);
    }

    /// The `limit` weights of each row that are largest in absolute value; the rest are taken as 0.
    public ItemNeighbours pruned(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1, was " + limit);
        }
        ItemNeighbours.Builder pruned = new ItemNeighbours.Builder(itemCount);
        int[] all = new int[itemCount];
        for (int i = 0; i < itemCount; i++) {
            all[i] = i;
        }
        float[] magnitude = new float[itemCount];
        for (float[] row : rows) {
            for (int j = 0; j < itemCount; j++) {
                magnitude[j] = row[j] == 0 ? Float.NEGATIVE_INFINITY : Math.abs(row[j]);
            }
            pruned.addRow(all, row, magnitude, limit);
        }
        return pruned.build();
    }

    private record DecayedRows(Ease ease, HistoryDecay decay) implements Scorer {
        @Override
        public int itemCount() {
            return ease.itemCount;
        }

        @Override
        public void score(History history, float[] target) {
            Arrays.fill(target, 0);
            int depth = decay.depth(history.size());
            for (int age = 0; age < depth; age++) {
                int item = history.items()[history.size() - 1 - age];
                Kernels.axpy(decay.weight(age), ease.rows[item], 0, target, 0, ease.itemCount);
            }
        }

        @Override
        public float pair(int event, int item) {
            return decay.weight(0) * ease.rows[event][item];
        }
    }
}
