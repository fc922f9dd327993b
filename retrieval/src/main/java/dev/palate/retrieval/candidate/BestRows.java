package dev.palate.retrieval.candidate;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
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

    /// @param answer that the rows are of, held loosely: it may belong to a model that is over
    /// @param rows best first
    private record Kept(WeakReference<Object> answer, int[] rows) {
        @SuppressWarnings("ReferenceEquality") // one object is one answer
        boolean isOf(RowScores other) {
            return answer.get() == other.identity();
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

    /// The looking of one request.
    public Look look() {
        return new Look();
    }

    /// Looks for the best rows of the answers to one request. Thread-safe.
    public final class Look {
        private volatile boolean[] open = {};

        private Look() {}

        /// The best rows of each answer, best first, equal scores by lower row; shared: do not modify. O(1) for an
        /// answer seen before, up to O(rows) for others.
        ///
        /// @param answers by signal
        public List<int[]> of(Map<String, Scored> answers) {
            List<int[]> best = new ArrayList<>(answers.size());
            answers.forEach((signal, answer) -> best.add(of(signal, answer)));
            return best;
        }

        /// The same of one answer.
        public int[] of(String signal, Scored answer) {
            RowScores scores = answer.scores();
            Kept known = kept.get(signal);
            if (known == null || !known.isOf(scores)) {
                known = new Kept(new WeakReference<>(scores.identity()), scores.best(openTo(scores.size()), perSource));
                kept.put(signal, known);
            }
            return known.rows;
        }

        private boolean[] openTo(int length) {
            boolean[] made = open;
            if (made.length < length) {
                made = open(allowed, length);
                open = made;
            }
            return made;
        }
    }

    /// The rows allowed as an array, which is several times as fast to look into.
    public static boolean[] open(BitSet allowed, int length) {
        boolean[] open = new boolean[length];
        if (2 * allowed.cardinality() > length) {
            // Mostly few are shut, and those are quicker to visit.
            Arrays.fill(open, true);
            for (int row = allowed.nextClearBit(0); row < length; row = allowed.nextClearBit(row + 1)) {
                open[row] = false;
            }
            return open;
        }
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
