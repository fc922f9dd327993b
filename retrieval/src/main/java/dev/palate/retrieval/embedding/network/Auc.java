package dev.palate.retrieval.embedding.network;

import java.util.Arrays;

/// The chance that a clicked row has a higher score than one that was not, ties counting half: the area
/// under the ROC curve, exact. Stateless.
public final class Auc {
    private Auc() {}

    /// O(n log n).
    ///
    /// @throws IllegalArgumentException when there are not both kinds, or a score is not a number
    public static double of(double[] scores, boolean[] clicked) {
        Integer[] order = new Integer[scores.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
        long positives = 0;
        // Twice the number of pairs in order, so that ties are whole.
        long twice = 0;
        long negativesBelow = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            int clickedHere = 0;
            while (to < order.length && scores[order[to]] == scores[order[from]]) {
                clickedHere += clicked[order[to++]] ? 1 : 0;
            }
            if (to == from) {
                throw new IllegalArgumentException("a score is not a number: the model diverged, lower the rate");
            }
            long othersHere = (long) to - from - clickedHere;
            twice += clickedHere * (2 * negativesBelow + othersHere);
            positives += clickedHere;
            negativesBelow += othersHere;
            from = to;
        }
        if (positives == 0 || negativesBelow == 0) {
            throw new IllegalArgumentException(
                    "needs rows of both kinds, had " + positives + " clicked and " + negativesBelow + " not");
        }
        return twice / (2.0 * positives * negativesBelow);
    }
}
