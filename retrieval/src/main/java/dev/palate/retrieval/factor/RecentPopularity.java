package dev.palate.retrieval.factor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Counts an item's events in a window of time that ends now. Immutable and thread-safe.
public final class RecentPopularity {
    /// @param window length of the window in the unit of the histories' times, at least 0
    public record Options(long window) implements ModelOptions {
        /// Fourteen days of seconds.
        public static final Options DEFAULT = new Options(14 * 86_400L);

        /// @throws IllegalArgumentException when the window is negative
        public Options {
            if (window < 0) {
                throw new IllegalArgumentException("window must be at least 0, was " + window);
            }
        }
    }

    private final int itemCount;
    private final long[] times;
    private final int[] items;
    private final long window;

    private RecentPopularity(int itemCount, long[] times, int[] items, long window) {
        this.itemCount = itemCount;
        this.times = times;
        this.items = items;
        this.window = window;
    }

    /// @param window length of the window, in the unit of the histories' times, at least 0
    public static RecentPopularity of(Histories histories, long window) {
        if (window < 0) {
            throw new IllegalArgumentException("window must be at least 0, was " + window);
        }
        int size = Math.toIntExact(histories.eventCount());
        long[] times = new long[size];
        int[] items = new int[size];
        int next = 0;
        for (int user = 0; user < histories.userCount(); user++) {
            History history = histories.of(user);
            for (int i = 0; i < history.size(); i++) {
                times[next] = history.times()[i];
                items[next++] = history.items()[i];
            }
        }
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingLong(event -> times[event]))
                .mapToInt(event -> event)
                .toArray();
        long[] sortedTimes = new long[size];
        int[] sortedItems = new int[size];
        for (int i = 0; i < size; i++) {
            sortedTimes[i] = times[order[i]];
            sortedItems[i] = items[order[i]];
        }
        return new RecentPopularity(histories.itemCount(), sortedTimes, sortedItems, window);
    }

    /// A scorer for which "now" is the given time, whoever asks.
    public Scorer at(long now) {
        return new At(this, now, false);
    }

    /// A scorer for which "now" is the asking user's last event: what could have been known then, on data
    /// where the users' last events lie far apart. A user without events gets 0 everywhere.
    public Scorer atLastEvent() {
        return new At(this, 0, true);
    }

    private void count(long now, float[] target) {
        for (int event = firstAfter(now) - 1; event >= 0 && times[event] >= now - window; event--) {
            target[items[event]]++;
        }
    }

    private int firstAfter(long now) {
        int low = 0;
        int high = times.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] <= now) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private record At(RecentPopularity events, long now, boolean lastEvent) implements Scorer {
        @Override
        public int itemCount() {
            return events.itemCount;
        }

        @Override
        public void score(History history, float[] target) {
            Arrays.fill(target, 0);
            if (!lastEvent) {
                events.count(now, target);
            } else if (history.size() > 0) {
                events.count(history.times()[history.size() - 1], target);
            }
        }
    }
}
