package dev.palate.retrieval.training;

import dev.palate.memory.vector.ParallelRange;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The difference of two models on the same users, with the interval in which 95 of 100 resamples of the users
/// lie (percentile bootstrap, `efron1979bootstrap`). Stateless; the same seed gives the same numbers for any
/// number of threads.
public final class PairedBootstrap {
    /// Resamples when nothing else is asked for.
    public static final int RESAMPLES = 2_000;

    private static final double TAIL = 0.025;

    private PairedBootstrap() {}

    /// One comparison.
    ///
    /// @param difference mean of the first minus mean of the second
    /// @param low lower end of the 95 % interval
    /// @param high upper end
    /// @param users how many were compared
    public record Interval(double difference, double low, double high, int users) {
        /// True when the first is better beyond chance.
        public boolean above() {
            return low > 0;
        }

        /// True when the first is worse beyond chance.
        public boolean below() {
            return high < 0;
        }
    }

    /// Compares values of the same users. O(resamples · users).
    ///
    /// @param first one value per user; users that are NaN in either are left out
    /// @param second likewise
    /// @param resamples at least 100
    /// @param threads in [1, 256]
    /// @throws IllegalArgumentException when the lengths differ or there are too few resamples
    public static Interval of(double[] first, double[] second, int resamples, long seed, int threads) {
        if (first.length != second.length || resamples < 100) {
            throw new IllegalArgumentException("a paired comparison needs one value per user of both models and at"
                    + " least 100 resamples, had " + first.length + " and " + second.length + " values and "
                    + resamples + " resamples");
        }
        double[] differences = IntStream.range(0, first.length)
                .mapToDouble(user -> first[user] - second[user])
                .filter(difference -> !Double.isNaN(difference))
                .toArray();
        int users = differences.length;
        if (users == 0) {
            return new Interval(0, 0, 0, 0);
        }
        double[] means = new double[resamples];
        // Drawn, not counted up: generators whose seeds differ by a step of the generator give shifted copies.
        long[] seeds = new SplittableRandom(seed).longs(resamples).toArray();
        ParallelRange.run(threads, resamples, resample -> {
            SplittableRandom random = new SplittableRandom(seeds[resample]);
            double sum = 0;
            for (int draw = 0; draw < users; draw++) {
                sum += differences[random.nextInt(users)];
            }
            means[resample] = sum / users;
        });
        Arrays.sort(means);
        double mean = Arrays.stream(differences).sum() / users;
        return new Interval(
                mean, means[(int) (TAIL * resamples)], means[(int) Math.ceil((1 - TAIL) * resamples) - 1], users);
    }
}
