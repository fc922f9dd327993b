package dev.palate.retrieval.embedding.table;

import java.util.Arrays;

/// Rows of adaptive dimension, each a prefix of the full one: rows of one width that follow each other
/// make a slab, what a row lacks is 0. A product of two such rows is one over the shorter prefix. A
/// lookup finds the slab by halving, then reads one row.
///
/// The widths come from [LogFrequencyRule], or from [TwinMasks] after [MaskedTable] has learnt.
final class SlabTable extends ParameterTable {
    private final TableSpec.Slabs spec;
    /// The first row of each slab, and one past the last row.
    private final long[] firstRows;
    /// Where the values of each slab begin.
    private final int[] starts;

    private final int[] widths;

    SlabTable(TableSpec.Slabs spec, float[] values) {
        super(values, spec.parameters());
        this.spec = spec;
        int slabs = spec.runs().size();
        firstRows = new long[slabs + 1];
        starts = new int[slabs];
        widths = new int[slabs];
        long at = 0;
        for (int slab = 0; slab < slabs; slab++) {
            TableSpec.Run run = spec.runs().get(slab);
            starts[slab] = (int) at;
            widths[slab] = run.width();
            firstRows[slab + 1] = firstRows[slab] + run.rows();
            at += run.rows() * run.width();
        }
    }

    static float[] fresh(TableSpec.Slabs spec) {
        return fresh(spec.parameters(), spec.dimension(), spec.seed());
    }

    /// With the beginnings of the rows of another table.
    static float[] of(TableSpec.Slabs spec, float[][] rows) {
        float[] values = new float[Math.toIntExact(spec.parameters())];
        int at = 0;
        int row = 0;
        for (TableSpec.Run run : spec.runs()) {
            for (long i = 0; i < run.rows(); i++) {
                System.arraycopy(rows[row++], 0, values, at, run.width());
                at += run.width();
            }
        }
        return values;
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    private int slab(long row) {
        int found = Arrays.binarySearch(firstRows, row);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        long row = TableIds.known(id, firstRows[firstRows.length - 1]);
        int slab = slab(row);
        int width = widths[slab];
        int at = starts[slab] + (int) (row - firstRows[slab]) * width;
        System.arraycopy(values, at, target, offset, width);
        Arrays.fill(target, offset + width, offset + spec.dimension(), 0);
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        long row = TableIds.known(id, firstRows[firstRows.length - 1]);
        int slab = slab(row);
        into.add(starts[slab] + (int) (row - firstRows[slab]) * widths[slab], 1, gradient, offset, widths[slab]);
    }

    @Override
    public long residentBytes() {
        return super.residentBytes()
                + (long) Long.BYTES * firstRows.length
                + (long) Integer.BYTES * (starts.length + widths.length);
    }
}
