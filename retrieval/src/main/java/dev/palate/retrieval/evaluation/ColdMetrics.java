package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.TopK;
import java.util.Arrays;

/// How well cold items are ranked among themselves, one value per evaluated user.
///
/// @param recall hits in the first 20 / wanted
/// @param ndcg of the first 20, binary gains, ideal over min(wanted, 20)
public record ColdMetrics(double[] recall, double[] ndcg) {
    static final int CUTOFF = 20;

    /// Writes one score per cold item for an evaluated user.
    @FunctionalInterface
    interface Scores {
        void of(int user, float[] target);
    }

    /// @param every n-th evaluated user is measured, 1 for all; the others are left out
    static ColdMetrics of(ColdTask task, Scores scores, int every) {
        int measured = Math.ceilDiv(task.evaluated().length, every);
        double[] recall = new double[measured];
        double[] ndcg = new double[measured];
        float[] target = new float[task.cold().length];
        for (int at = 0; at < measured; at++) {
            scores.of(at * every, target);
            int[] wanted = task.truth()[at * every];
            int[] best = TopK.select(target, CUTOFF);
            double gain = 0;
            int hits = 0;
            for (int rank = 0; rank < best.length; rank++) {
                if (Arrays.binarySearch(wanted, best[rank]) >= 0) {
                    hits++;
                    gain += discount(rank);
                }
            }
            double ideal = 0;
            for (int rank = 0; rank < Math.min(CUTOFF, wanted.length); rank++) {
                ideal += discount(rank);
            }
            recall[at] = hits / (double) wanted.length;
            ndcg[at] = gain / ideal;
        }
        return new ColdMetrics(recall, ndcg);
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(rank + 2);
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }

    static double standardError(double[] values) {
        double mean = mean(values);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1) / values.length);
    }
}
