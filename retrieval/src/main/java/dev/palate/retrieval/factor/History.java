package dev.palate.retrieval.factor;

/// The items one user has had, oldest first, with the time of each.
///
/// @param items item rows; shared with the caller, not copied: do not modify
/// @param times one time per item, never decreasing, in the one unit of the whole input; shared likewise
/// @param owner the [IdHash] of the user's id, for models that keep something of users; [#NOBODY] where that is of no
///     account or not known
public record History(int[] items, long[] times, long owner) {
    /// No user is named.
    public static final long NOBODY = -1;

    /// Of a user of whom nothing is known.
    public static final History EMPTY = new History(new int[0], new long[0]);

    /// @throws IllegalArgumentException when the lengths differ or times decrease
    public History {
        if (items.length != times.length) {
            throw new IllegalArgumentException(
                    "a history needs one time per item, had " + items.length + " items and " + times.length + " times");
        }
        for (int i = 1; i < times.length; i++) {
            if (times[i] < times[i - 1]) {
                throw new IllegalArgumentException("times must not decrease, but time " + i + " is " + times[i]
                        + " after " + times[i - 1] + ": sort the events by time first");
            }
        }
    }

    /// Of a user who is not named.
    ///
    /// @throws IllegalArgumentException as the other
    public History(int[] items, long[] times) {
        this(items, times, NOBODY);
    }

    /// Items in order of time, with the positions 0, 1, … as times.
    public static History of(int... items) {
        long[] times = new long[items.length];
        for (int i = 0; i < times.length; i++) {
            times[i] = i;
        }
        return new History(items.clone(), times);
    }

    /// The number of events.
    public int size() {
        return items.length;
    }
}
