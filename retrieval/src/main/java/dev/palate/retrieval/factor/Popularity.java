package dev.palate.retrieval.factor;

/// Scores an item by the number of users that had it, the same for everybody.
///
/// @param counts one per item row; shared, not copied
public record Popularity(int[] counts) implements Scorer {
    /// It has none.
    public record Options() implements ModelOptions {}

    /// Counted from histories.
    public static Popularity of(Histories histories) {
        return new Popularity(histories.itemCounts());
    }

    @Override
    public int itemCount() {
        return counts.length;
    }

    @Override
    public void score(History history, float[] target) {
        for (int i = 0; i < counts.length; i++) {
            target[i] = counts[i];
        }
    }
}
