package dev.palate.retrieval.factor;

import dev.palate.memory.vector.ParallelRange;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// EASE for more items than a dense matrix can hold: each item is predicted from its most correlated items
/// only, by the same ridge regression, so that many small systems take the place of one large inverse (the
/// sparse approximation of `steck2019mrf`, one block per item; for λ₁ = 0 also the fsSLIM of `ning2011slim`).
/// With all items as neighbours the
/// weights are those of [Ease].
///
/// | paper | code |
/// |---|---|
/// | C = XᵀX, the sparsity pattern A of large correlations | `shared`, `chosen` |
/// | B_Dj = (C_DD + λI)⁻¹ C_Dj | `solve` |
public final class SparseEase {
    /// @param regularization λ, above 0
    /// @param neighbours items that predict an item, in [1, 2000]
    public record Options(double regularization, int neighbours) implements ModelOptions {
        /// What `evaluate` and `train` use when nothing else is asked for.
        public static final Options DEFAULT = new Options(300, 100);

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (!(regularization > 0)) {
                throw new IllegalArgumentException("regularization must be above 0, was " + regularization);
            }
            if (neighbours < 1 || neighbours > 2_000) {
                throw new IllegalArgumentException("neighbours must be in [1, 2000], was " + neighbours);
            }
        }
    }

    private static final int ITEMS_PER_TASK = 64;

    private final ItemNeighbours shared;
    private final float[] counts;
    private final Options options;

    private SparseEase(ItemNeighbours shared, float[] counts, Options options) {
        this.shared = shared;
        this.counts = counts;
        this.options = options;
    }

    /// Bytes of heap that [#fit] needs at most: the counts of items that share users, twice while they are put
    /// together, and the weights.
    public static long requiredBytes(Histories histories, Options options) {
        long pairs = 0;
        for (int user = 0; user < histories.userCount(); user++) {
            long size = histories.of(user).size();
            pairs += size * size;
        }
        long items = histories.itemCount();
        return 16 * Math.min(pairs, items * items) + 24 * items * Math.min(items, options.neighbours);
    }

    /// Bytes of heap that [#fit] needs at most over histories of which only the sizes are known.
    public static long mostBytes(int items, long interactions, Options options) {
        return 16L * items * Math.min(items, interactions) + 24L * items * Math.min(items, options.neighbours);
    }

    /// What it needs and what there is, where the heap has no room for it now; empty where it has.
    public static Optional<String> refused(Histories histories, Options options) {
        long required = requiredBytes(histories, options);
        long free = Ease.free(required);
        return required <= free ? Optional.empty() : Optional.of(Ease.tooLarge(what(histories), required, free));
    }

    private static String what(Histories histories) {
        return "sparse EASE over " + histories.itemCount() + " items";
    }

    /// Learns the weights, as rows that are added up over a history. O(Σ (history size)² + items ·
    /// neighbours³); the same for any number of threads.
    ///
    /// @throws RetrievalException with code MEMORY when the heap is too small
    public static ItemNeighbours fit(Histories histories, Options options, int threads, Progress progress) {
        Ease.requireFree(what(histories), requiredBytes(histories, options));
        float[] ones = new float[histories.userCount()];
        Arrays.fill(ones, 1);
        ItemNeighbours shared =
                CoOccurrence.byUsers(histories, ones, (item, other, users) -> users, Integer.MAX_VALUE, threads);
        int[] counted = histories.itemCounts();
        float[] counts = new float[counted.length];
        for (int item = 0; item < counts.length; item++) {
            counts[item] = counted[item];
        }
        return new SparseEase(shared, counts, options).rows(threads, progress);
    }

    private ItemNeighbours rows(int threads, Progress progress) {
        int itemCount = counts.length;
        int[][] chosen = new int[itemCount][];
        float[][] weights = new float[itemCount][];
        int tasks = Math.ceilDiv(itemCount, ITEMS_PER_TASK);
        AtomicInteger done = new AtomicInteger();
        ParallelRange.run(threads, tasks, task -> {
            Work work = new Work(itemCount, options.neighbours);
            int end = Math.min(itemCount, (task + 1) * ITEMS_PER_TASK);
            for (int item = task * ITEMS_PER_TASK; item < end; item++) {
                chosen[item] = choose(item);
                weights[item] = solve(item, chosen[item], work);
            }
            synchronized (done) {
                progress.advanced("ease", done.incrementAndGet(), tasks);
            }
        });
        return transposed(chosen, weights);
    }

    /// The most correlated other items, ascending.
    private int[] choose(int item) {
        int start = shared.offsets()[item];
        int length = shared.offsets()[item + 1] - start;
        float[] correlation = new float[length];
        for (int i = 0; i < length; i++) {
            int other = shared.items()[start + i];
            correlation[i] = other == item
                    ? Float.NEGATIVE_INFINITY
                    : (float) (shared.weights()[start + i] / Math.sqrt((double) counts[item] * counts[other]));
        }
        int[] best = TopK.select(correlation, options.neighbours);
        for (int i = 0; i < best.length; i++) {
            best[i] = shared.items()[start + best[i]];
        }
        Arrays.sort(best);
        return best;
    }

    /// Ridge regression of an item on those chosen for it.
    private float[] solve(int item, int[] chosen, Work work) {
        int n = chosen.length;
        for (int k = 0; k < n; k++) {
            work.place[chosen[k]] = k;
        }
        float[] a = work.square;
        Arrays.fill(a, 0, n * n, 0);
        for (int k = 0; k < n; k++) {
            int row = chosen[k];
            for (int entry = shared.offsets()[row]; entry < shared.offsets()[row + 1]; entry++) {
                int at = work.place[shared.items()[entry]];
                if (at >= 0 && at <= k) {
                    a[k * n + at] = shared.weights()[entry];
                }
            }
            a[k * n + k] += (float) options.regularization;
        }
        float[] weights = new float[n];
        for (int entry = shared.offsets()[item]; entry < shared.offsets()[item + 1]; entry++) {
            int at = work.place[shared.items()[entry]];
            if (at >= 0) {
                weights[at] = shared.weights()[entry];
            }
        }
        for (int other : chosen) {
            work.place[other] = -1;
        }
        RowSolver.solveCholesky(a, n, weights);
        return weights;
    }

    /// From one column per item to one row per item.
    private static ItemNeighbours transposed(int[][] chosen, float[][] weights) {
        int[] offsets = new int[chosen.length + 1];
        for (int[] column : chosen) {
            for (int row : column) {
                offsets[row + 1]++;
            }
        }
        for (int row = 0; row < chosen.length; row++) {
            offsets[row + 1] = Math.addExact(offsets[row + 1], offsets[row]);
        }
        int[] items = new int[offsets[chosen.length]];
        float[] values = new float[items.length];
        int[] filled = Arrays.copyOf(offsets, chosen.length);
        for (int column = 0; column < chosen.length; column++) {
            for (int k = 0; k < chosen[column].length; k++) {
                int at = filled[chosen[column][k]]++;
                items[at] = column;
                values[at] = weights[column][k];
            }
        }
        return new ItemNeighbours(offsets, items, values);
    }

    /// Work space of one task.
    private static final class Work {
        private final int[] place;
        private final float[] square;

        Work(int itemCount, int neighbours) {
            place = new int[itemCount];
            Arrays.fill(place, -1);
            int order = Math.min(neighbours, itemCount);
            square = new float[order * order];
        }
    }
}
