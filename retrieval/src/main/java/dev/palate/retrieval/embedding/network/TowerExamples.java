package dev.palate.retrieval.embedding.network;

/// Pairs of a user's row and an item the user had next: what towers learn from.
///
/// @param users one row for each pair: what was known of the user then
/// @param items one row for each item
/// @param chosen the item of each pair, a row of `items`; the array is shared
public record TowerExamples(FeatureRows users, FeatureRows items, int[] chosen) {
    /// @throws IllegalArgumentException when there is not one item for each row of users, or one out of range
    public TowerExamples {
        if (users.count() != chosen.length) {
            throw new IllegalArgumentException(
                    "needs one item for each of " + users.count() + " rows, had " + chosen.length);
        }
        for (int item : chosen) {
            if (item < 0 || item >= items.count()) {
                throw new IllegalArgumentException("items are in [0, " + items.count() + "), one was " + item);
            }
        }
    }

    /// log p_j of each item, the share of pairs that are of it; an item of none counts as half a pair.
    double[] logShares() {
        double[] shares = new double[items.count()];
        for (int item : chosen) {
            shares[item]++;
        }
        for (int item = 0; item < shares.length; item++) {
            shares[item] = Math.log(Math.max(0.5, shares[item]) / Math.max(1, chosen.length));
        }
        return shares;
    }
}
