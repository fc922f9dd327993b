package dev.palate.memory.vector;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Selection of the best-scored indices. Stateless.
public final class TopK {
    private TopK() {}

    /// The indices of the `k` highest scores, best first, equal scores by lower index. Scores that are NaN or negative
    /// infinity are left out (a caller masks with them), so fewer than `k` may come back. O(n log k).
    ///
    /// @throws IllegalArgumentException when `k` is negative
    public static int[] select(float[] scores, int k) {
        return select(scores, null, Float.NEGATIVE_INFINITY, k);
    }

    /// The same of those that are open and whose score is above a bound.
    ///
    /// @param open at least as long as the scores; null when all are
    /// @param above not NaN
    public static int[] select(float[] scores, boolean @Nullable [] open, float above, int k) {
        if (k < 0) {
            throw new IllegalArgumentException("k must be at least 0, was " + k);
        }
        // A heap with the worst kept entry at the root; an entry is one long that orders by (score, lower index first).
        long[] heap = new long[Math.min(k, scores.length)];
        int size = 0;
        int next = Kernels.firstAbove(above, scores, 0);
        for (; next < scores.length && size < heap.length; next = Kernels.firstAbove(above, scores, next + 1)) {
            if (open == null || open[next]) {
                heap[size++] = entry(scores[next], next);
            }
        }
        if (size == heap.length && size > 0) {
            for (int parent = size / 2 - 1; parent >= 0; parent--) {
                siftDown(heap, size, parent, heap[parent]);
            }
            replaceLower(scores, open, next, heap);
        }
        Arrays.sort(heap, 0, size);
        int[] best = new int[size];
        for (int i = 0; i < size; i++) {
            best[i] = index(heap[size - 1 - i]);
        }
        return best;
    }

    /// An equal score of a higher index never displaces one that is kept, so only higher ones are looked at.
    private static void replaceLower(float[] scores, boolean @Nullable [] open, int from, long[] heap) {
        float least = scores[index(heap[0])];
        for (int i = Kernels.firstAbove(least, scores, from);
                i < scores.length;
                i = Kernels.firstAbove(least, scores, i + 1)) {
            if (open == null || open[i]) {
                siftDown(heap, heap.length, 0, entry(scores[i], i));
                least = scores[index(heap[0])];
            }
        }
    }

    private static int index(long entry) {
        return Integer.MAX_VALUE - (int) entry;
    }

    /// An entry whose natural order is the score's, then the lower index; -0.0 counts as 0.0.
    private static long entry(float score, int index) {
        int bits = Float.floatToIntBits(score + 0f);
        int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ordered << 32) | (Integer.MAX_VALUE - index);
    }

    private static void siftDown(long[] heap, int size, int from, long entry) {
        int parent = from;
        for (int child = 2 * from + 1; child < size; child = 2 * parent + 1) {
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
