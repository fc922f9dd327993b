package dev.palate.retrieval.recommend;

/// Years from `from` to `to`, both included; an open end is [Integer#MIN_VALUE] or [Integer#MAX_VALUE].
public record YearRange(int from, int to) {
    /// Every year, and items without a year.
    public static final YearRange ANY = new YearRange(Integer.MIN_VALUE, Integer.MAX_VALUE);

    public YearRange {
        if (from > to) {
            throw new IllegalArgumentException("year range must not end before it starts, was " + from + " to " + to);
        }
    }

    /// True when nothing is excluded.
    public boolean any() {
        return equals(ANY);
    }

    /// The years in both.
    public java.util.Optional<YearRange> intersect(YearRange other) {
        int low = Math.max(from, other.from);
        int high = Math.min(to, other.to);
        return low <= high ? java.util.Optional.of(new YearRange(low, high)) : java.util.Optional.empty();
    }
}
