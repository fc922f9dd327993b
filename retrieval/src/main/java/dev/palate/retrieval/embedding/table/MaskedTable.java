package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.ModelFile.Section;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/// A full table whose rows are cut by [TwinMasks] while it learns (`yan2021amtl`): what lies beyond a
/// row's width is 0. With masks that choose the full width, as they do at first, it is the full table. It
/// is to be made of a learnt one ([EmbeddingTables#compress], the paper's warm start): where rows have
/// learnt nothing yet their values are of no use, and any price makes them narrow for good. [#packed]
/// keeps what is left. A lookup runs both networks and allocates some arrays.
///
/// | paper | code |
/// |---|---|
/// | e_i, m_i = M t_i, e′_i = m_i ⊙ e_i | the rows of `values`; [#lookup] |
/// | M, triangular: width k keeps the first k | the sums in [#accumulate] |
///
/// The paper has no price for bytes that could be read; here a pair's loss grows by `penalty` times the
/// width's share of the dimension, weighed so that a rare row, which is seen seldom, pays as much in all
/// as a frequent one.
public final class MaskedTable extends ParameterTable {
    private static final String COUNTS = "counts";

    private final TableSpec.Masked spec;
    private final int dimension;
    private final int[] counts;
    private final double meanCount;
    private final TwinMasks masks;

    MaskedTable(TableSpec.Masked spec, float[] values, int[] counts) {
        super(values, spec.parameters());
        if (counts.length != spec.rows()) {
            throw new IllegalArgumentException(
                    "needs one count for each of " + spec.rows() + " rows, there were " + counts.length);
        }
        this.spec = spec;
        this.counts = counts;
        dimension = spec.dimension();
        meanCount = Math.max(1, Arrays.stream(counts).average().orElseThrow());
        masks = new TwinMasks(spec, values, (int) (spec.rows() * dimension), counts);
    }

    static float[] fresh(TableSpec.Masked spec) {
        float[] values = new float[Math.toIntExact(spec.parameters())];
        int from = (int) (spec.rows() * spec.dimension());
        SplittableRandom random = new SplittableRandom(spec.seed());
        fillFresh(values, 0, from, spec.dimension(), random);
        TwinMasks.fillFresh(spec, values, from, random);
        return values;
    }

    static MaskedTable of(TableSpec.Masked spec, float[][] rows, int[] counts) {
        float[] values = fresh(spec);
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, row * spec.dimension(), spec.dimension());
        }
        return new MaskedTable(spec, values, counts);
    }

    static MaskedTable read(TableSpec.Masked spec, TableSections stored) {
        return new MaskedTable(spec, stored.floats(VALUES), stored.ints(COUNTS, spec.rows()));
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    /// How many values each row keeps.
    public int[] widths() {
        int[] widths = new int[counts.length];
        Arrays.setAll(widths, masks::width);
        return widths;
    }

    /// The table of what is kept: the same vectors in fewer bytes.
    public EmbeddingTable packed() {
        TableSpec.Slabs slabs = TableSpec.Slabs.of(widths(), dimension, spec.seed());
        return new SlabTable(slabs, SlabTable.of(slabs, EmbeddingTables.rows(this, 0, counts.length)));
    }

    TwinMasks masks() {
        return masks;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int row = TableIds.row(id, spec.rows());
        int width = masks.width(row);
        System.arraycopy(values, row * dimension, target, offset, width);
        Arrays.fill(target, offset + width, offset + dimension, 0);
    }

    /// What one more value of the row costs when it is seen.
    double price(int row) {
        return spec.penalty() / dimension * 2 * meanCount / (counts[row] + meanCount);
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        int row = TableIds.row(id, spec.rows());
        into.add(row * dimension, 1, gradient, offset, masks.width(row));
        // A choice of width k lets the first k values through and pays for them.
        float[] ofChoice = new float[dimension];
        double price = price(row);
        double sum = 0;
        for (int k = 0; k < dimension; k++) {
            sum += gradient[offset + k] * values[row * dimension + k] + price;
            ofChoice[k] = (float) sum;
        }
        masks.accumulate(row, ofChoice, into);
    }

    @Override
    public long residentBytes() {
        return super.residentBytes() + (long) Integer.BYTES * counts.length;
    }

    @Override
    public Map<String, Section> sections() {
        return Map.of(VALUES, new Section.Floats(values), COUNTS, new Section.Ints(counts));
    }
}
