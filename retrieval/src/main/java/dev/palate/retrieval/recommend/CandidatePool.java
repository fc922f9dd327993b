package dev.palate.retrieval.recommend;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.candidate.ItemStatistics;
import dev.palate.retrieval.candidate.Scored;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/// The rows that are worth ranking: the best of every source, one from each in turn until the pool is full.
/// Stateless.
final class CandidatePool {
    private CandidatePool() {}

    /// The rows of the pool in ascending order.
    ///
    /// @param allowed rows that may be shown; others never come in
    /// @param perSource how many of each source, of those it scores above 0
    /// @param limit how many in all
    /// @param least how many there should be at least: what the sources leave open is filled with the best
    ///     liked rows allowed
    static int[] of(
            Collection<Scored> answers,
            BitSet allowed,
            ItemStatistics statistics,
            int perSource,
            int limit,
            int least) {
        List<int[]> best = new ArrayList<>();
        for (Scored answer : answers) {
            best.add(best(answer.scores(), allowed, perSource));
        }
        BitSet pool = new BitSet();
        int size = 0;
        for (int rank = 0; rank < perSource; rank++) {
            for (int[] rows : best) {
                if (rank < rows.length && size < limit && !pool.get(rows[rank])) {
                    pool.set(rows[rank]);
                    size++;
                }
            }
        }
        if (size < least) {
            fill(pool, least - size, allowed, statistics);
        }
        return pool.stream().toArray();
    }

    private static int[] best(float[] scores, BitSet allowed, int count) {
        float[] masked = new float[scores.length];
        for (int row = 0; row < masked.length; row++) {
            masked[row] = scores[row] > 0 && allowed.get(row) ? scores[row] : Float.NEGATIVE_INFINITY;
        }
        return TopK.select(masked, count);
    }

    private static void fill(BitSet pool, int count, BitSet allowed, ItemStatistics statistics) {
        float[] open = new float[allowed.length()];
        for (int row = 0; row < open.length; row++) {
            open[row] = allowed.get(row) && !pool.get(row) ? statistics.quality(row) : Float.NEGATIVE_INFINITY;
        }
        for (int row : TopK.select(open, count)) {
            pool.set(row);
        }
    }
}
