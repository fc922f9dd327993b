package dev.palate.retrieval.embedding.table;

import java.util.Arrays;

/// A row of its own for each id: the full table, and the narrow one of the same bytes as a compressed
/// table, which is the honest thing to compare with; what a narrow row lacks is 0, so that products with
/// full rows stay defined. A lookup reads one row.
final class DenseTable extends ParameterTable {
    private final TableSpec spec;
    private final long rows;
    private final int width;
    private final int dimension;

    /// @param width values kept of a row, at most the dimension
    DenseTable(TableSpec spec, long rows, int width, float[] values) {
        super(values, rows * width);
        this.spec = spec;
        this.rows = rows;
        this.width = width;
        dimension = spec.dimension();
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int row = TableIds.row(id, rows);
        System.arraycopy(values, row * width, target, offset, width);
        if (width < dimension) {
            Arrays.fill(target, offset + width, offset + dimension, 0);
        }
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        into.add(TableIds.row(id, rows) * width, 1, gradient, offset, width);
    }
}
