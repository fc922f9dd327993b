package dev.palate.retrieval.factor;

import java.util.Arrays;

/// How short ago an item had its first event: −log(1 + days). Items come and go; where they do, the ones that appeared
/// lately are taken up more than all they have had so far tells. Immutable and thread-safe.
///
/// @param first by item row the time of its first event in seconds, [#NEVER] when it had none; shared, not copied
public record FirstSeen(long[] first) {
    /// Of an item without events.
    public static final long NEVER = Long.MAX_VALUE;

    private static final double SECONDS_A_DAY = 86_400;

    /// From histories.
    public static FirstSeen of(Histories histories) {
        long[] first = new long[histories.itemCount()];
        Arrays.fill(first, NEVER);
        for (int user = 0; user < histories.userCount(); user++) {
            History history = histories.of(user);
            for (int i = 0; i < history.size(); i++) {
                int item = history.items()[i];
                first[item] = Math.min(first[item], history.times()[i]);
            }
        }
        return new FirstSeen(first);
    }

    /// The value of one item.
    ///
    /// @param now in seconds
    /// @param first in seconds, or [#NEVER]
    /// @return at most 0; NaN for an item without events
    public static float value(long now, long first) {
        return first == NEVER ? Float.NaN : (float) -Math.log1p(Math.abs(now - first) / SECONDS_A_DAY);
    }

    /// A scorer for which "now" is the given time, whoever asks.
    public Scorer at(long now) {
        return new At(this, now, false);
    }

    /// A scorer for which "now" is the asking user's last event. A user without events gets 0 everywhere.
    public Scorer atLastEvent() {
        return new At(this, 0, true);
    }

    private record At(FirstSeen seen, long now, boolean lastEvent) implements Scorer {
        @Override
        public int itemCount() {
            return seen.first.length;
        }

        @Override
        public void score(History history, float[] target) {
            if (lastEvent && history.size() == 0) {
                Arrays.fill(target, 0);
                return;
            }
            long then = lastEvent ? history.times()[history.size() - 1] : now;
            for (int item = 0; item < target.length; item++) {
                target[item] = value(then, seen.first[item]);
            }
        }
    }
}
