package dev.palate.retrieval.candidate;

import dev.palate.memory.vector.TopK;
import java.util.Arrays;

/// Inner products of one vector with the texts of the items, made where they are asked for; new items may have scores
/// of their own. Immutable and thread-safe.
final class TextScores implements RowScores {
    private final CentredVectors space;
    private final Query query;

    TextScores(CentredVectors space, Query query) {
        this.space = space;
        this.query = query;
    }

    /// What is compared with the texts. It holds no space of vectors, so that it may be kept with a history without
    /// keeping the texts of an earlier catalog. Thread-safe.
    static final class Query {
        private final float[] vector;
        private final int[] newRows;
        private final float[] newScores;
        private volatile Asked last = new Asked(new int[0], new float[0]);

        /// @param vector shared: nobody may write to it
        /// @param newRows ascending, whose scores are not those of the vector
        Query(float[] vector, int[] newRows, float[] newScores) {
            this.vector = vector;
            this.newRows = newRows;
            this.newScores = newScores;
        }
    }

    /// What was asked for last: the candidates of a user stay the same between two events.
    private record Asked(int[] rows, float[] scores) {}

    @Override
    public float of(int row) {
        if (!space.knows(row)) {
            return Float.NaN;
        }
        int at = query.newRows.length == 0 ? -1 : Arrays.binarySearch(query.newRows, row);
        return at < 0 ? space.dot(row, query.vector) : query.newScores[at];
    }

    @Override
    public float[] of(int[] rows) {
        Asked known = query.last;
        if (!Arrays.equals(known.rows, rows)) {
            known = new Asked(rows.clone(), RowScores.super.of(rows));
            query.last = known;
        }
        return known.scores;
    }

    @Override
    public int[] best(boolean[] open, int count) {
        if (query.newRows.length == 0) {
            return space.best(query.vector, open, count);
        }
        boolean[] others = open.clone();
        for (int row : query.newRows) {
            others[row] = false;
        }
        int[] best = space.best(query.vector, others, count);
        int[] rows = Arrays.copyOf(best, best.length + query.newRows.length);
        int size = best.length;
        for (int row : query.newRows) {
            if (open[row]) {
                rows[size++] = row;
            }
        }
        rows = Arrays.copyOf(rows, size);
        // Equal scores go by row.
        Arrays.sort(rows);
        int[] chosen = TopK.select(RowScores.super.of(rows), null, 0, count);
        for (int at = 0; at < chosen.length; at++) {
            chosen[at] = rows[chosen[at]];
        }
        return chosen;
    }

    /// True when any row has a score above 0; mostly one of the first few tells.
    boolean any() {
        for (int row = 0; row < size(); row++) {
            if (of(row) > 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int size() {
        return space.size();
    }

    @Override
    public Object identity() {
        return query;
    }
}
