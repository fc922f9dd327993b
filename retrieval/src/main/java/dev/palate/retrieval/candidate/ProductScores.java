package dev.palate.retrieval.candidate;

import dev.palate.memory.vector.TopK;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Inner products of one vector with the rows of a table, made where they are asked for; some rows, such as those of
/// new items, may have scores of their own. Immutable and thread-safe.
final class ProductScores implements RowScores {
    /// What the products are of.
    interface Table {
        /// The number of catalog rows.
        int size();

        /// The score of a catalog row, NaN where the table has none.
        float of(int row);

        /// The open catalog rows with the highest scores above 0, best first, equal ones by lower row.
        int[] best(boolean[] open, int count);
    }

    /// What is compared with a table. It holds no table, so that it may be kept with a history without keeping the
    /// vectors of an earlier catalog or model. Thread-safe.
    static final class Query {
        private final float[] vector;
        private final float less;
        private final int[] ownRows;
        private final float[] ownScores;
        private volatile Asked last = new Asked(new int[0], new float[0]);

        /// @param vector shared: nobody may write to it
        /// @param less subtracted from every product
        Query(float[] vector, float less) {
            this(vector, less, new int[0], new float[0]);
        }

        private Query(float[] vector, float less, int[] ownRows, float[] ownScores) {
            this.vector = vector;
            this.less = less;
            this.ownRows = ownRows;
            this.ownScores = ownScores;
        }

        /// Shared: do not modify.
        float[] vector() {
            return vector;
        }

        /// Subtracted from every product.
        float less() {
            return less;
        }

        /// The same with other scores of some rows.
        ///
        /// @param rows ascending, each once
        Query with(int[] rows, float[] scores) {
            if (rows.length == 0) {
                return this;
            }
            int[] all = IntStream.concat(IntStream.of(ownRows), IntStream.of(rows))
                    .sorted()
                    .distinct()
                    .toArray();
            float[] values = new float[all.length];
            for (int at = 0; at < all.length; at++) {
                int place = Arrays.binarySearch(rows, all[at]);
                values[at] = place < 0 ? ownScores[Arrays.binarySearch(ownRows, all[at])] : scores[place];
            }
            return new Query(vector, less, all, values);
        }
    }

    /// What was asked for last: the candidates of a user stay the same between two events.
    private record Asked(int[] rows, float[] scores) {}

    private final Table table;
    private final Query query;

    /// @param table of the query's products
    ProductScores(Table table, Query query) {
        this.table = table;
        this.query = query;
    }

    /// What may be kept of it.
    Query query() {
        return query;
    }

    @Override
    public ProductScores with(int[] rows, float[] scores) {
        return new ProductScores(table, query.with(rows, scores));
    }

    @Override
    public float of(int row) {
        int at = query.ownRows.length == 0 ? -1 : Arrays.binarySearch(query.ownRows, row);
        return at < 0 ? table.of(row) : query.ownScores[at];
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
        if (query.ownRows.length == 0) {
            return table.best(open, count);
        }
        boolean[] others = open.clone();
        for (int row : query.ownRows) {
            others[row] = false;
        }
        int[] best = table.best(others, count);
        int[] rows = Arrays.copyOf(best, best.length + query.ownRows.length);
        int size = best.length;
        for (int row : query.ownRows) {
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
        return table.size();
    }

    @Override
    public Object identity() {
        return query;
    }
}
