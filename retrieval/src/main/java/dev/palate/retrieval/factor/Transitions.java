package dev.palate.retrieval.factor;

/// Item-to-item counts of what followed what: an event adds distance-weighted counts to the items of the next few
/// events of the same user, divided by powers of both items' popularity.
public final class Transitions {
    /// @param window events looked ahead, in [1, 1000]
    /// @param distanceDecay weight of one event further ahead, in (0, 1]
    /// @param popularityExponent of the followed item's damped count in the divisor, in [0, 1]
    /// @param neighbours kept per item, in [1, 10000]
    public record Options(int window, double distanceDecay, double popularityExponent, int neighbours)
            implements ModelOptions {
        /// What `evaluate` and `train` use when nothing else is asked for.
        public static final Options DEFAULT = new Options(10, 0.95, 0.25, 500);

        /// What came right after: for what follows a sequel, or a session.
        public static final Options NEXT = new Options(3, 0.5, 0.25, 500);

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (window < 1 || window > 1000) {
                throw new IllegalArgumentException("window must be in [1, 1000], was " + window);
            }
            if (!(distanceDecay > 0 && distanceDecay <= 1)) {
                throw new IllegalArgumentException("distanceDecay must be in (0, 1], was " + distanceDecay);
            }
            if (!(popularityExponent >= 0 && popularityExponent <= 1)) {
                throw new IllegalArgumentException("popularityExponent must be in [0, 1], was " + popularityExponent);
            }
            if (neighbours < 1 || neighbours > 10_000) {
                throw new IllegalArgumentException("neighbours must be in [1, 10000], was " + neighbours);
            }
        }
    }

    /// The history decay that goes with it: only the last few events say what comes next.
    public static final HistoryDecay DECAY = new HistoryDecay(0.8, 10);

    /// The history decay that goes with [Options#NEXT].
    public static final HistoryDecay NEXT_DECAY = new HistoryDecay(0.4, 3);

    private static final double SOURCE_EXPONENT = 0.5;
    private static final double DAMPING = 5;

    private Transitions() {}

    /// Learns the transitions on one thread. Deterministic. O(events · window).
    public static ItemNeighbours fit(Histories histories, Options options) {
        return fit(histories, options, 1);
    }

    /// Learns the transitions. The same for any number of threads. O(events · window).
    public static ItemNeighbours fit(Histories histories, Options options, int threads) {
        int[] counts = histories.itemCounts();
        int[][] usersByItem = histories.usersByItem();
        float[] byDistance = new float[options.window];
        for (int i = 0; i < options.window; i++) {
            byDistance[i] = (float) Math.pow(options.distanceDecay, i);
        }
        double[] source = new double[counts.length];
        double[] target = new double[counts.length];
        for (int item = 0; item < counts.length; item++) {
            source[item] = Math.pow(counts[item] + DAMPING, SOURCE_EXPONENT);
            target[item] = Math.pow(counts[item] + DAMPING, options.popularityExponent);
        }
        return CoOccurrence.rows(
                histories.itemCount(),
                (item, row) -> {
                    for (int user : usersByItem[item]) {
                        addFollowers(histories.of(user).items(), item, byDistance, row);
                    }
                },
                (item, other, followed) -> (float) (followed / source[item] / target[other]),
                options.neighbours,
                threads);
    }

    private static void addFollowers(int[] items, int item, float[] byDistance, CoOccurrence.Row row) {
        int position = 0;
        while (items[position] != item) {
            position++;
        }
        for (int next = position + 1; next < items.length && next <= position + byDistance.length; next++) {
            row.add(items[next], byDistance[next - position - 1]);
        }
    }
}
