package dev.palate.retrieval.factor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// The histories of all users over one set of item rows. Immutable and thread-safe.
///
/// A user has an item at most once: of repeated events the newest counts. Events of equal time keep the order in which
/// they were added.
public final class Histories {
    private final int itemCount;
    private final History[] users;

    private Histories(int itemCount, History[] users) {
        this.itemCount = itemCount;
        this.users = users;
    }

    /// The number of users, with rows from 0.
    public int userCount() {
        return users.length;
    }

    /// The number of items, with rows from 0.
    public int itemCount() {
        return itemCount;
    }

    /// The history of the user in this row; empty for a user without events.
    public History of(int user) {
        return users[user];
    }

    /// [History#owner] by row.
    public long[] owners() {
        long[] owners = new long[users.length];
        Arrays.setAll(owners, user -> users[user].owner());
        return owners;
    }

    /// The number of events of all users.
    public long eventCount() {
        long count = 0;
        for (History user : users) {
            count += user.size();
        }
        return count;
    }

    /// How many users had each item.
    public int[] itemCounts() {
        int[] counts = new int[itemCount];
        for (History user : users) {
            for (int item : user.items()) {
                counts[item]++;
            }
        }
        return counts;
    }

    /// For each item the users that had it, in ascending order of row.
    public int[][] usersByItem() {
        int[] counts = itemCounts();
        int[][] inverted = new int[itemCount][];
        for (int item = 0; item < itemCount; item++) {
            inverted[item] = new int[counts[item]];
        }
        int[] filled = new int[itemCount];
        for (int user = 0; user < users.length; user++) {
            for (int item : users[user].items()) {
                inverted[item][filled[item]++] = user;
            }
        }
        return inverted;
    }

    /// Collects events in any order. Not thread-safe.
    public static final class Builder {
        private final int itemCount;
        private int[] userRows = new int[1024];
        private int[] itemRows = new int[1024];
        private long[] times = new long[1024];
        private int size;
        private int userCount;
        private long[] owners = new long[0];

        /// @param itemCount rows of items are in [0, itemCount)
        public Builder(int itemCount) {
            if (itemCount < 0) {
                throw new IllegalArgumentException("itemCount must be at least 0, was " + itemCount);
            }
            this.itemCount = itemCount;
        }

        /// Adds one event.
        ///
        /// @throws IllegalArgumentException when a row is out of range
        public Builder add(int user, int item, long time) {
            if (user < 0 || item < 0 || item >= itemCount) {
                throw new IllegalArgumentException("user row must be at least 0 and item row in [0, " + itemCount
                        + "), were " + user + " and " + item);
            }
            if (size == userRows.length) {
                userRows = Arrays.copyOf(userRows, 2 * size);
                itemRows = Arrays.copyOf(itemRows, 2 * size);
                times = Arrays.copyOf(times, 2 * size);
            }
            userRows[size] = user;
            itemRows[size] = item;
            times[size++] = time;
            userCount = Math.max(userCount, user + 1);
            return this;
        }

        /// Makes sure that rows up to `count` exist, with or without events.
        public Builder withUserCount(int count) {
            userCount = Math.max(userCount, count);
            return this;
        }

        /// Says whose the rows are.
        ///
        /// @param ofRows [History#owner] by user row; those of rows beyond are not named
        public Builder withOwners(long[] ofRows) {
            owners = ofRows.clone();
            return this;
        }

        /// The histories of all events added so far.
        public Histories build() {
            int[] counts = new int[userCount];
            for (int i = 0; i < size; i++) {
                counts[userRows[i]]++;
            }
            int[][] events = new int[userCount][];
            for (int user = 0; user < userCount; user++) {
                events[user] = new int[counts[user]];
            }
            int[] filled = new int[userCount];
            for (int i = 0; i < size; i++) {
                events[userRows[i]][filled[userRows[i]]++] = i;
            }
            int[] lastSeenBy = new int[itemCount];
            Arrays.fill(lastSeenBy, -1);
            History[] users = new History[userCount];
            for (int user = 0; user < userCount; user++) {
                users[user] = history(user, events[user], lastSeenBy);
            }
            return new Histories(itemCount, users);
        }

        private History history(int user, int[] events, int[] lastSeenBy) {
            int[] sorted = inTimeOrder(events);
            boolean[] kept = new boolean[sorted.length];
            int count = 0;
            for (int i = sorted.length - 1; i >= 0; i--) {
                int item = itemRows[sorted[i]];
                if (lastSeenBy[item] != user) {
                    lastSeenBy[item] = user;
                    kept[i] = true;
                    count++;
                }
            }
            int[] items = new int[count];
            long[] itemTimes = new long[count];
            int next = 0;
            for (int i = 0; i < sorted.length; i++) {
                if (kept[i]) {
                    items[next] = itemRows[sorted[i]];
                    itemTimes[next++] = times[sorted[i]];
                }
            }
            return new History(items, itemTimes, user < owners.length ? owners[user] : History.NOBODY);
        }

        private int[] inTimeOrder(int[] events) {
            for (int i = 1; i < events.length; i++) {
                if (times[events[i]] < times[events[i - 1]]) {
                    return IntStream.of(events)
                            .boxed()
                            .sorted(Comparator.comparingLong(event -> times[event]))
                            .mapToInt(event -> event)
                            .toArray();
                }
            }
            return events;
        }
    }
}
