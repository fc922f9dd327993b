package dev.palate.retrieval.factor;

/// Item neighbours by a random walk of three steps, popular ends divided down: RP³β (`paudel2017rp3beta`).
/// Cost: Σ over users of (history size)².
///
/// | paper | code |
/// |---|---|
/// | p_iu = 1 / users of i, p_uj = 1 / history size of u, each to the power α | `walkExponent` |
/// | division by (users of j)^β | `popularityExponent` |
public final class RandomWalk {
    /// @param neighbours kept per item, in [1, 10000]
    /// @param walkExponent α, in [0, 2]: how sharply a step prefers the less busy
    /// @param popularityExponent β, in [0, 2]: how strongly popular items are held back
    public record Options(int neighbours, double walkExponent, double popularityExponent) implements ModelOptions {
        /// What `evaluate` uses when nothing else is asked for.
        public static final Options DEFAULT = new Options(200, 1, 0.6);

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (neighbours < 1 || neighbours > 10_000) {
                throw new IllegalArgumentException("neighbours must be in [1, 10000], was " + neighbours);
            }
            if (!(walkExponent >= 0 && walkExponent <= 2) || !(popularityExponent >= 0 && popularityExponent <= 2)) {
                throw new IllegalArgumentException("walkExponent and popularityExponent must be in [0, 2], were "
                        + walkExponent + " and " + popularityExponent);
            }
        }
    }

    private RandomWalk() {}

    /// Learns the neighbours. The same for any number of threads.
    public static ItemNeighbours fit(Histories histories, Options options, int threads) {
        float[] userWeight = new float[histories.userCount()];
        for (int user = 0; user < userWeight.length; user++) {
            int size = histories.of(user).size();
            userWeight[user] = size == 0 ? 0 : (float) Math.pow(size, -options.walkExponent);
        }
        int[] counts = histories.itemCounts();
        double[] start = new double[counts.length];
        double[] end = new double[counts.length];
        for (int item = 0; item < counts.length; item++) {
            start[item] = counts[item] == 0 ? 0 : Math.pow(counts[item], -options.walkExponent);
            end[item] = counts[item] == 0 ? 0 : Math.pow(counts[item], -options.popularityExponent);
        }
        // A walk that comes back to where it started recommends nothing.
        CoOccurrence.Weighting weighting = (item, other, shared) ->
                item == other ? Float.NEGATIVE_INFINITY : (float) (shared * start[item] * end[other]);
        return CoOccurrence.byUsers(histories, userWeight, weighting, options.neighbours, threads);
    }
}
