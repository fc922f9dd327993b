package dev.palate.memory.vector;

import java.util.Arrays;

/// Selection of the best-scored indices. Stateless.
public final class TopK {
    private TopK() {}

    /// The indices of the `k` highest scores, best first, equal scores by lower index. Scores that are NaN or negative
    /// infinity are left out (a caller masks with them), so fewer than `k` may come back. O(n log k).
    ///
    /// @throws IllegalArgumentException when `k` is negative
    public static int[] select(float[] scores, int k) {
        if (k < 0) {
            throw new IllegalArgumentException("k must be at least 0, was " + k);
        }
        // A heap with the worst kept entry at the root; an entry is one long that orders by (score, lower index first).
        long[] heap = new long[Math.min(k, scores.length)];
        int size = 0;
        // An equal score of a higher index never displaces one that is kept, so only higher ones are looked at.
        float least = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            float score = scores[i];
            if (!(score > least)) {
                continue;
            }
            if (size < heap.length) {
                siftUp(heap, size++, entry(score, i));
            } else if (size > 0) {
                siftDown(heap, size, entry(score, i));
            }
            if (size == heap.length && size > 0) {
                least = scores[Integer.MAX_VALUE - (int) heap[0]];
            }
        }
        long[] kept = Arrays.copyOf(heap, size);
        Arrays.sort(kept);
        int[] best = new int[size];
        for (int i = 0; i < size; i++) {
            best[i] = Integer.MAX_VALUE - (int) kept[size - 1 - i];
        }
        return best;
    }

    /// An entry whose natural order is the score's, then the lower index; -0.0 counts as 0.0.
    private static long entry(float score, int index) {
        int bits = Float.floatToIntBits(score + 0f);
        int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ordered << 32) | (Integer.MAX_VALUE - index);
    }

    private static void siftUp(long[] heap, int position, long entry) {
        int child = position;
        while (child > 0) {
            int parent = (child - 1) >>> 1;
            if (heap[parent] <= entry) {
                break;
            }
            heap[child] = heap[parent];
            child = parent;
        }
        heap[child] = entry;
    }

    private static void siftDown(long[] heap, int size, long entry) {
        int parent = 0;
        for (int child = 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= entry) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = entry;
    }
}
