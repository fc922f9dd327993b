package dev.palate.retrieval.factor;

import java.util.Arrays;

/// Item-to-item neighbours by the cosine of the items' user vectors, users weighted by inverse activity
/// (`deshpande2004itemknn`). Cost: Σ over users of (history size)².
///
/// | paper | code |
/// |---|---|
/// | u-th component of an item's vector | `userWeight[u]` = ln(items / (1 + history size of u)) |
/// | k | `Options.neighbours` |
public final class ItemKnn {
    /// @param neighbours kept per item, in [1, 10000]
    /// @param shrinkage added to the squared norms against neighbours by chance, at least 0
    public record Options(int neighbours, double shrinkage) {
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
    }

    private ItemKnn() {}

    /// Learns the neighbours. Deterministic.
    public static ItemNeighbours fit(Histories histories, Options options) {
        int itemCount = histories.itemCount();
        float[] squaredUserWeight = new float[histories.userCount()];
        double[] squaredNorm = new double[itemCount];
        for (int user = 0; user < histories.userCount(); user++) {
            float weight =
                    (float) Math.log(itemCount / (1.0 + histories.of(user).size()));
            squaredUserWeight[user] = weight * weight;
            for (int item : histories.of(user).items()) {
                squaredNorm[item] += squaredUserWeight[user];
            }
        }
        int[][] usersByItem = histories.usersByItem();
        ItemNeighbours.Builder rows = new ItemNeighbours.Builder(itemCount);
        float[] overlap = new float[itemCount];
        int[] touched = new int[itemCount];
        for (int item = 0; item < itemCount; item++) {
            int count = addOverlaps(histories, usersByItem[item], squaredUserWeight, overlap, touched);
            int[] candidates = Arrays.copyOf(touched, count);
            Arrays.sort(candidates);
            float[] similarity = new float[count];
            for (int i = 0; i < count; i++) {
                int other = candidates[i];
                double norms = (squaredNorm[item] + options.shrinkage) * (squaredNorm[other] + options.shrinkage);
                // The item itself stays in: it takes a place among the k, as in the reference implementations.
                similarity[i] = (float) (overlap[other] / (Math.sqrt(norms) + 1e-9));
                overlap[other] = 0;
            }
            rows.addRow(candidates, similarity, similarity, options.neighbours);
        }
        return rows.build();
    }

    private static int addOverlaps(
            Histories histories, int[] users, float[] squaredUserWeight, float[] overlap, int[] touched) {
        int count = 0;
        for (int user : users) {
            float weight = squaredUserWeight[user];
            if (weight == 0) {
                continue;
            }
            for (int other : histories.of(user).items()) {
                if (overlap[other] == 0) {
                    touched[count++] = other;
                }
                overlap[other] += weight;
            }
        }
        return count;
    }
}
