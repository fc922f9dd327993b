package dev.palate.retrieval.candidate;

import dev.palate.memory.vector.TopK;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Scores that are the same for everybody, with their best rows kept, so that nobody looks through all of them.
/// Immutable and thread-safe.
final class CrowdScores implements RowScores {
    /// So many times as many as are asked for are kept: few of them are shut for one person.
    private static final int MOST_KEPT = 2_048;

    private final float[] values;
    private volatile int @Nullable [] first;

    /// @param values by row; shared: nobody may write to them
    CrowdScores(float[] values) {
        this.values = values;
    }

    @Override
    public float of(int row) {
        return values[row];
    }

    @Override
    public float[] of(int[] rows) {
        return RowScores.gathered(values, rows);
    }

    @Override
    public int[] best(boolean[] open, int count) {
        int[] known = first;
        if (known == null) {
            known = TopK.select(values, null, 0, MOST_KEPT);
            first = known;
        }
        int[] best = new int[Math.min(count, known.length)];
        int size = 0;
        for (int at = 0; at < known.length && size < best.length; at++) {
            if (open[known[at]]) {
                best[size++] = known[at];
            }
        }
        return size == count || known.length < MOST_KEPT
                ? Arrays.copyOf(best, size)
                : TopK.select(values, open, 0, count);
    }

    @Override
    public RowScores with(int[] rows, float[] scores) {
        return new Written(values).with(rows, scores);
    }

    @Override
    public int size() {
        return values.length;
    }
}
