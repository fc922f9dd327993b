package dev.palate.retrieval.candidate;

import dev.palate.memory.vector.TopK;

/// The scores that a source gives the rows of a catalog: all of them written down, or as many as are asked for.
/// Thread-safe as long as nobody writes to what is shared.
public interface RowScores {
    /// The score of a row, NaN where the source knows nothing of the item.
    float of(int row);

    /// The scores of some rows.
    ///
    /// @return shared: do not modify
    default float[] of(int[] rows) {
        float[] scores = new float[rows.length];
        for (int at = 0; at < rows.length; at++) {
            scores[at] = of(rows[at]);
        }
        return scores;
    }

    /// The highest scores above 0 among the open rows: their rows, best first, equal scores by lower row.
    ///
    /// @param open at least as long as there are rows
    int[] best(boolean[] open, int count);

    /// The same with other scores of some rows.
    ///
    /// @param rows ascending, each once
    /// @param scores one for each; NaN where nothing is known
    RowScores with(int[] rows, float[] scores);

    /// How many rows there are.
    int size();

    /// What stands for this answer: two of the same object give every row the same score.
    default Object identity() {
        return this;
    }

    /// The values of some rows.
    static float[] gathered(float[] values, int[] rows) {
        float[] gathered = new float[rows.length];
        for (int at = 0; at < rows.length; at++) {
            gathered[at] = values[rows[at]];
        }
        return gathered;
    }

    /// Scores that are written down.
    ///
    /// @param values by row; shared: do not modify
    record Written(float[] values) implements RowScores {
        @Override
        public float of(int row) {
            return values[row];
        }

        @Override
        public float[] of(int[] rows) {
            return gathered(values, rows);
        }

        @Override
        public int[] best(boolean[] open, int count) {
            return TopK.select(values, open, 0, count);
        }

        @Override
        public Written with(int[] rows, float[] scores) {
            if (rows.length == 0) {
                return this;
            }
            float[] other = values.clone();
            for (int at = 0; at < rows.length; at++) {
                other[rows[at]] = scores[at];
            }
            return new Written(other);
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public Object identity() {
            return values;
        }
    }
}
