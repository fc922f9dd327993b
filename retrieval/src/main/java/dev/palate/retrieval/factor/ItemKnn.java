package dev.palate.retrieval.factor;

import java.util.Locale;

/// Item-to-item neighbours by what the items' user vectors have in common (`deshpande2004itemknn`). Cost: Σ
/// over users of (history size)².
///
/// | paper | code |
/// |---|---|
/// | u-th component of an item's vector | 1, or ln(items / (1 + history size of u)) |
/// | k | `Options.neighbours` |
public final class ItemKnn {
    /// How much a shared user counts, and what the sum is divided by.
    public enum Weighting {
        /// Every user counts the same; divided by both items' lengths.
        COSINE,
        /// Users count by inverse activity; divided by both items' lengths.
        TF_IDF,
        /// Users count by inverse activity, items by saturated popularity (`robertson2009bm25`): divided by
        /// 1 + k₁ (1 − b + b · users / mean users) of both items, k₁ = 1.2, b = 0.75.
        BM25;

        /// The name in settings.
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// @param neighbours kept per item, in [1, 10000]
    /// @param shrinkage added to the squared norms against neighbours by chance, at least 0; not looked at by
    ///     BM25
    /// @param weighting of the users that two items share
    public record Options(int neighbours, double shrinkage, Weighting weighting) implements ModelOptions {
        /// What `evaluate` and `train` use when nothing else is asked for.
        public static final Options DEFAULT = new Options(200, 0);

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (neighbours < 1 || neighbours > 10_000) {
                throw new IllegalArgumentException("neighbours must be in [1, 10000], was " + neighbours);
            }
            if (!(shrinkage >= 0)) {
                throw new IllegalArgumentException("shrinkage must be at least 0, was " + shrinkage);
            }
        }

        /// By inverse activity.
        public Options(int neighbours, double shrinkage) {
            this(neighbours, shrinkage, Weighting.TF_IDF);
        }
    }

    private static final double K1 = 1.2;
    private static final double B = 0.75;

    private ItemKnn() {}

    /// Learns the neighbours on one thread. Deterministic.
    public static ItemNeighbours fit(Histories histories, Options options) {
        return fit(histories, options, 1);
    }

    /// Learns the neighbours. The same for any number of threads.
    public static ItemNeighbours fit(Histories histories, Options options, int threads) {
        float[] squaredUserWeight = squaredUserWeights(histories, options.weighting);
        // The item itself stays in: it takes a place among the k, as in the reference implementations.
        CoOccurrence.Weighting weighting = switch (options.weighting) {
            case COSINE, TF_IDF -> cosine(histories, squaredUserWeight, options.shrinkage);
            case BM25 -> saturated(histories);
        };
        return CoOccurrence.byUsers(histories, squaredUserWeight, weighting, options.neighbours, threads);
    }

    private static float[] squaredUserWeights(Histories histories, Weighting weighting) {
        float[] weights = new float[histories.userCount()];
        for (int user = 0; user < weights.length; user++) {
            double size = histories.of(user).size();
            float weight = weighting == Weighting.COSINE ? 1 : (float) Math.log(histories.itemCount() / (1.0 + size));
            weights[user] = weight * weight;
        }
        return weights;
    }

    private static CoOccurrence.Weighting cosine(Histories histories, float[] squaredUserWeight, double shrinkage) {
        double[] squaredNorm = new double[histories.itemCount()];
        for (int user = 0; user < histories.userCount(); user++) {
            for (int item : histories.of(user).items()) {
                squaredNorm[item] += squaredUserWeight[user];
            }
        }
        return (item, other, shared) -> {
            double norms = (squaredNorm[item] + shrinkage) * (squaredNorm[other] + shrinkage);
            return (float) (shared / (Math.sqrt(norms) + 1e-9));
        };
    }

    private static CoOccurrence.Weighting saturated(Histories histories) {
        int[] counts = histories.itemCounts();
        double mean = Math.max(1, histories.eventCount()) / (double) Math.max(1, counts.length);
        double[] divisor = new double[counts.length];
        for (int item = 0; item < counts.length; item++) {
            divisor[item] = 1 + K1 * (1 - B + B * counts[item] / mean);
        }
        return (item, other, shared) -> (float) (shared / (divisor[item] * divisor[other]));
    }
}
