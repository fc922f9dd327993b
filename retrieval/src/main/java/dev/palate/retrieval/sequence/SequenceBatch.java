package dev.palate.retrieval.sequence;

import dev.palate.retrieval.factor.History;
import java.util.Arrays;
import java.util.List;

/// Windows side by side, padded on their right to one length.
///
/// @param size number of windows
/// @param length positions of the longest
/// @param items (size × length) rows of items; 0 where padded
/// @param times likewise
/// @param places of the positions that are not padding
/// @param targets the item that follows each of the places
record SequenceBatch(int size, int length, long[] items, long[] times, long[] places, long[] targets) {
    static SequenceBatch of(List<SequenceExamples.Window> windows) {
        int length = windows.stream()
                .mapToInt(SequenceExamples.Window::positions)
                .max()
                .orElseThrow();
        int count =
                windows.stream().mapToInt(SequenceExamples.Window::positions).sum();
        SequenceBatch batch = new SequenceBatch(
                windows.size(),
                length,
                new long[windows.size() * length],
                new long[windows.size() * length],
                new long[count],
                new long[count]);
        int next = 0;
        for (int row = 0; row < windows.size(); row++) {
            SequenceExamples.Window window = windows.get(row);
            for (int i = 0; i < window.positions(); i++) {
                batch.items[row * length + i] = window.items()[i];
                batch.times[row * length + i] = window.times()[i];
                batch.places[next] = (long) row * length + i;
                batch.targets[next++] = window.items()[i + 1];
            }
        }
        return batch;
    }

    /// The newest events of one history, with nothing to predict.
    static SequenceBatch ofWhole(History history, int maximumLength) {
        int from = Math.max(0, history.size() - maximumLength);
        long[] items = Arrays.stream(history.items(), from, history.size())
                .asLongStream()
                .toArray();
        return new SequenceBatch(
                1,
                items.length,
                items,
                Arrays.copyOfRange(history.times(), from, history.size()),
                new long[0],
                new long[0]);
    }

    /// (size × length × length) classes of the time from one event back to another; 0 where that lies ahead.
    long[] buckets() {
        long[] buckets = new long[size * length * length];
        for (int row = 0; row < size; row++) {
            for (int i = 0; i < length; i++) {
                for (int j = 0; j < i; j++) {
                    buckets[(row * length + i) * length + j] =
                            SequenceLayer.GatedAttention.bucket(times[row * length + i] - times[row * length + j]);
                }
            }
        }
        return buckets;
    }
}
