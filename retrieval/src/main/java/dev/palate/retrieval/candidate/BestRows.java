package dev.palate.retrieval.candidate;

import dev.palate.memory.vector.TopK;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The best rows of each source's answer among those that may be shown, kept by signal: as long as a source answers
/// with the same array, its rows are not looked for again. Thread-safe.
public final class BestRows {
    private final BitSet allowed;
    private final int perSource;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    /// @param scores that the rows are of, held loosely: it may belong to a model that is over
    /// @param rows best first
    private record Kept(WeakReference<float[]> scores, int[] rows) {
        @SuppressWarnings("ReferenceEquality") // one array is one answer
        boolean isOf(float[] other) {
            return scores.get() == other;
        }
    }

    /// @param allowed rows that may be shown; copied
    /// @param perSource how many rows of each source, of those it scores above 0
    public BestRows(BitSet allowed, int perSource) {
        this.allowed = (BitSet) allowed.clone();
        this.perSource = perSource;
    }

    /// True when it was made for just this.
    boolean isOf(BitSet rows, int count) {
        return perSource == count && allowed.equals(rows);
    }

    /// The best rows of each answer, best first, equal scores by lower row; shared: do not modify. O(1) for an answer
    /// seen before, O(rows) for others.
    ///
    /// @param answers by signal
    public List<int[]> of(Map<String, Scored> answers) {
        List<int[]> best = new ArrayList<>(answers.size());
        boolean[] open = {};
        for (Map.Entry<String, Scored> answer : answers.entrySet()) {
            float[] scores = answer.getValue().scores();
            Kept known = kept.get(answer.getKey());
            if (known == null || !known.isOf(scores)) {
                open = open.length < scores.length ? open(allowed, scores.length) : open;
                known = new Kept(new WeakReference<>(scores), TopK.select(scores, open, 0, perSource));
                kept.put(answer.getKey(), known);
            }
            best.add(known.rows);
        }
        return best;
    }

    /// The rows allowed as an array, which is several times as fast to look into.
    public static boolean[] open(BitSet allowed, int length) {
        boolean[] open = new boolean[length];
        for (int row = allowed.nextSetBit(0); row >= 0 && row < length; row = allowed.nextSetBit(row + 1)) {
            open[row] = true;
        }
        return open;
    }

    /// The most bytes that one of these comes to hold over so many items.
    static long mostBytes(int items) {
        return items / 8 + 8_000L;
    }
}
