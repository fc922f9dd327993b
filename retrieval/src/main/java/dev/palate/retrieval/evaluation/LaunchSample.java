package dev.palate.retrieval.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Arrivals of a replay with what text and dynamic memory said then, so that many blends can be compared without
/// replaying anew. Of buckets with more arrivals than there is room for, each second, third and so on is kept. 6 bytes
/// an item and arrival. Not thread-safe.
final class LaunchSample {
    private static final float STEPS = 1_000;

    /// @param words z-scores in thousandths, clipped to ±32.7; so `memory`
    /// @param seen events of each item, at most 32,767
    private record Moment(int bucket, int place, short[] words, short[] memory, short[] seen, BitSet had) {}

    private final int[] every;
    private final int[] events = new int[LaunchSimulation.BUCKETS.length];
    private final int[] kept = new int[LaunchSimulation.BUCKETS.length];
    private final int[][] partHits = new int[LaunchSimulation.PARTS][LaunchSimulation.BUCKETS.length];
    private final List<Moment> moments = new ArrayList<>();

    /// @param task whose arrivals will be replayed
    /// @param most arrivals to keep
    LaunchSample(ColdTask task, int most) {
        int[] seen = new int[task.cold().length];
        int[] expected = new int[LaunchSimulation.BUCKETS.length];
        for (ColdTask.Arrival arrival : task.arrivals()) {
            expected[LaunchSimulation.bucket(seen[arrival.place()]++)]++;
        }
        every = every(expected, most);
    }

    /// Small buckets are kept whole, the others share what room is left.
    static int[] every(int[] expected, int most) {
        int[] every = new int[expected.length];
        int left = most;
        List<Integer> smallestFirst = IntStream.range(0, expected.length)
                .boxed()
                .sorted(Comparator.comparingInt(bucket -> expected[bucket]))
                .toList();
        for (int at = 0; at < smallestFirst.size(); at++) {
            int bucket = smallestFirst.get(at);
            int room = Math.max(1, left / (smallestFirst.size() - at));
            every[bucket] = Math.max(1, Math.ceilDiv(expected[bucket], room));
            left -= Math.ceilDiv(expected[bucket], every[bucket]);
        }
        return every;
    }

    /// Told each arrival in order.
    ///
    /// @param words z-scores; copied, as everything is
    /// @param partFound which parts had the item on their lists
    void add(int bucket, int place, float[] words, float[] memory, int[] seen, BitSet had, boolean[] partFound) {
        if (events[bucket]++ % every[bucket] != 0) {
            return;
        }
        kept[bucket]++;
        for (int part = 0; part < partHits.length; part++) {
            partHits[part][bucket] += partFound[part] ? 1 : 0;
        }
        short[] counts = new short[seen.length];
        for (int at = 0; at < seen.length; at++) {
            counts[at] = (short) Math.min(Short.MAX_VALUE, seen[at]);
        }
        moments.add(new Moment(bucket, place, packed(words), packed(memory), counts, (BitSet) had.clone()));
    }

    private static short[] packed(float[] values) {
        short[] packed = new short[values.length];
        for (int at = 0; at < values.length; at++) {
            packed[at] = (short) Math.clamp(Math.round(values[at] * STEPS), Short.MIN_VALUE, Short.MAX_VALUE);
        }
        return packed;
    }

    /// Hits, by bucket.
    int[] hits(LaunchBlend blend) {
        int[] hits = new int[kept.length];
        if (moments.isEmpty()) {
            return hits;
        }
        int items = moments.getFirst().words.length;
        float[] words = new float[items];
        float[] memory = new float[items];
        int[] seen = new int[items];
        float[] scores = new float[items];
        for (Moment moment : moments) {
            for (int at = 0; at < items; at++) {
                words[at] = moment.words[at] / STEPS;
                memory[at] = moment.memory[at] / STEPS;
                seen[at] = moment.seen[at];
            }
            blend.score(words, memory, seen, scores);
            hits[moment.bucket] += LaunchSimulation.found(scores, moment.had, moment.place) ? 1 : 0;
        }
        return hits;
    }

    /// All arrivals told, by bucket.
    int[] events() {
        return events.clone();
    }

    /// Arrivals kept, by bucket.
    int[] kept() {
        return kept.clone();
    }

    /// Hits of the parts among the arrivals kept, by part and bucket.
    int[][] partHits() {
        return Arrays.stream(partHits).map(int[]::clone).toArray(int[][]::new);
    }
}
