package dev.palate.retrieval.ranking;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.candidate.BestRows;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/// The rows that are worth ranking: the best of every source, one from each in turn until the pool is full.
/// Stateless. Served lists, evaluated lists and the examples that weights are fitted on all come from here.
public final class CandidatePool {
    /// How many of each source are taken when nothing else is asked for.
    public static final int PER_SOURCE = 50;

    /// How many are ranked at most when nothing else is asked for.
    public static final int LIMIT = 400;

    private CandidatePool() {}

    /// The rows of the pool in ascending order. O(sources · items).
    ///
    /// @param scores of each source, one per row
    /// @param allowed rows that may be shown; others never come in
    /// @param perSource how many of each source, of those it scores above 0
    /// @param limit how many in all
    public static int[] of(Collection<float[]> scores, BitSet allowed, int perSource, int limit) {
        boolean[] open = BestRows.open(
                allowed,
                scores.stream().mapToInt(ofSource -> ofSource.length).max().orElse(0));
        return pool(
                        scores.stream()
                                .map(ofSource -> TopK.select(ofSource, open, 0, perSource))
                                .toList(),
                        limit)
                .stream()
                .toArray();
    }

    /// The same of rows that were found before, and what they leave open is filled with the best rows allowed.
    /// O(sources
    /// · rows of each), and O(items) where something is left open.
    ///
    /// @param best rows of each source, best first
    /// @param least how many there should be at least
    /// @param quality of a row; the higher, the sooner it fills
    public static int[] filled(List<int[]> best, BitSet allowed, int limit, int least, IntToDoubleFunction quality) {
        BitSet pool = pool(best, limit);
        int missing = least - pool.cardinality();
        if (missing > 0) {
            float[] open = new float[allowed.length()];
            for (int row = 0; row < open.length; row++) {
                boolean free = allowed.get(row) && !pool.get(row);
                open[row] = free ? (float) quality.applyAsDouble(row) : Float.NEGATIVE_INFINITY;
            }
            for (int row : TopK.select(open, missing)) {
                pool.set(row);
            }
        }
        return pool.stream().toArray();
    }

    private static BitSet pool(List<int[]> best, int limit) {
        BitSet pool = new BitSet();
        int size = 0;
        int longest = best.stream().mapToInt(rows -> rows.length).max().orElse(0);
        for (int rank = 0; rank < longest; rank++) {
            for (int[] rows : best) {
                if (rank < rows.length && size < limit && !pool.get(rows[rank])) {
                    pool.set(rows[rank]);
                    size++;
                }
            }
        }
        return pool;
    }

    /// The values of the given rows.
    public static float[] gather(float[] values, int[] rows) {
        float[] gathered = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            gathered[i] = values[rows[i]];
        }
        return gathered;
    }
}
