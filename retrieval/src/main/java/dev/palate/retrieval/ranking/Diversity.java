package dev.palate.retrieval.ranking;

import java.util.Arrays;

/// Maximal marginal relevance: a list whose every next item is good and unlike those before it. Stateless.
///
/// Paper: carbonell1998mmr. Symbols: λ → 1 − `diversity`; Sim₁ → `scores`; Sim₂ → [Likeness].
public final class Diversity {
    /// How alike two candidates are, in [0, 1].
    public interface Likeness {
        /// @param candidate index of one
        /// @param other index of the other
        double of(int candidate, int other);
    }

    /// The list.
    ///
    /// @param order candidates, best first
    /// @param penalties by place in the order, at most 0: what likeness to the items before took from the score
    public record Selection(int[] order, double[] penalties) {}

    private Diversity() {}

    /// Picks `size` of the candidates one after the other: the one with the highest score less a penalty of
    /// `diversity` ×
    /// its greatest likeness to those picked × the spread of the scores. Scores less penalties never increase along
    /// the
    /// list. O(size × candidates).
    ///
    /// @param order candidates from best to worst; ties go to the earlier
    /// @param scores by candidate
    /// @param diversity in [0, 1]; 0 gives the best `size` in the order given
    public static Selection select(int[] order, double[] scores, int size, double diversity, Likeness likeness) {
        if (!(diversity >= 0 && diversity <= 1)) {
            throw new IllegalArgumentException("diversity must be in [0, 1], was " + diversity);
        }
        int count = Math.min(size, order.length);
        if (diversity == 0 || count == 0) {
            return new Selection(Arrays.copyOf(order, count), new double[count]);
        }
        double spread = scores[order[0]] - scores[order[order.length - 1]];
        int[] picked = new int[count];
        double[] penalties = new double[count];
        double[] greatest = new double[order.length];
        boolean[] gone = new boolean[order.length];
        for (int place = 0; place < count; place++) {
            int best = -1;
            double highest = Double.NEGATIVE_INFINITY;
            for (int at = 0; at < order.length; at++) {
                double value = scores[order[at]] - diversity * spread * greatest[at];
                if (!gone[at] && value > highest) {
                    highest = value;
                    best = at;
                }
            }
            gone[best] = true;
            picked[place] = order[best];
            penalties[place] = 0 - diversity * spread * greatest[best];
            for (int at = 0; at < order.length; at++) {
                greatest[at] = gone[at] ? greatest[at] : Math.max(greatest[at], likeness.of(order[at], order[best]));
            }
        }
        return new Selection(picked, penalties);
    }
}
