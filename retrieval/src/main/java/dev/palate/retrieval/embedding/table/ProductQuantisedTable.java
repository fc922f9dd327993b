package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ProductQuantiser;
import dev.palate.retrieval.embedding.ModelFile.Section;
import java.util.Map;

/// Rows of product-quantised codes (`jegou2011pq`) by the recipe of MEC (`wang2025mec`): a full table is
/// learnt first, its rows are clustered with weights by popularity, then the codes are frozen and the
/// codebooks go on learning: they are the parameters here. Scores of one query for all rows are sums of
/// table look-ups, no row is decompressed.
///
/// What MEC's code does to learn codes by gradient (a regulariser on how evenly they are used that has no
/// gradient, a contrast with a changed code) has no place where codes are found by clustering.
///
/// Symbols: S → `stretches`, K → `centroids`, popularity weight ⌊log₂ count⌋ → [#weight].
public final class ProductQuantisedTable implements EmbeddingTable {
    /// Values a byte stands for.
    static final int STRETCH = ProductQuantiser.STRETCH;

    private final TableSpec.ProductQuantised spec;
    private final int dimension;
    private final int stretches;
    private final int centroids;
    private final byte[] codes;
    /// Per stretch, per centroid, [#STRETCH] values.
    private final float[] values;

    ProductQuantisedTable(TableSpec.ProductQuantised spec, byte[] codes, float[] values) {
        this.spec = spec;
        this.codes = codes;
        this.values = values;
        dimension = spec.dimension();
        stretches = spec.codeBytes();
        centroids = spec.centroids();
        for (byte code : codes) {
            if ((code & 0xff) >= centroids) {
                throw new IllegalArgumentException("codes must be in [0, " + centroids + "), one was " + (code & 0xff));
            }
        }
    }

    static ProductQuantisedTable read(TableSpec.ProductQuantised spec, TableSections stored) {
        return new ProductQuantisedTable(
                spec,
                stored.bytes("codes", spec.rows() * spec.codeBytes()),
                stored.floats(ParameterTable.VALUES, (long) spec.codeBytes() * spec.centroids() * STRETCH));
    }

    /// Clusters the rows of a learnt table. O(rows · dimension · centroids).
    ///
    /// @param counts how often each id was seen
    static ProductQuantisedTable of(TableSpec.ProductQuantised spec, float[][] rows, int[] counts) {
        float[] weights = new float[rows.length];
        for (int row = 0; row < rows.length; row++) {
            weights[row] = weight(counts[row]);
        }
        ProductQuantiser quantiser =
                ProductQuantiser.train(rows, weights, spec.dimension(), spec.centroids(), spec.seed());
        int width = spec.codeBytes();
        byte[] codes = new byte[rows.length * width];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(quantiser.encode(rows[row]), 0, codes, row * width, width);
        }
        float[] transposed = quantiser.values();
        float[] values = new float[transposed.length];
        int centroids = spec.centroids();
        for (int i = 0; i < values.length; i++) {
            int stretch = i / (STRETCH * centroids);
            int centroid = i / STRETCH % centroids;
            values[i] = transposed[(stretch * STRETCH + i % STRETCH) * centroids + centroid];
        }
        return new ProductQuantisedTable(spec, codes, values);
    }

    /// How much a row of this popularity counts: ⌊log₂ count⌋, at least 1.
    static int weight(int count) {
        return Math.max(1, 31 - Integer.numberOfLeadingZeros(Math.max(1, count)));
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    private int place(int row, int stretch) {
        return (stretch * centroids + (codes[row * stretches + stretch] & 0xff)) * STRETCH;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int row = TableIds.row(id, spec.rows());
        for (int s = 0; s < stretches; s++) {
            int from = s * STRETCH;
            RowKernels.copyShort(values, place(row, s), target, offset + from, Math.min(STRETCH, dimension - from));
        }
    }

    /// The inner product of a query with every row. O(centroids · dimension + rows · dimension / 8).
    ///
    /// @param target one value per row, overwritten
    public void products(float[] query, float[] target) {
        float[] sums = new float[stretches * centroids];
        for (int s = 0; s < stretches; s++) {
            int length = Math.min(STRETCH, dimension - s * STRETCH);
            for (int c = 0; c < centroids; c++) {
                int entry = s * centroids + c;
                sums[entry] = Kernels.dot(query, s * STRETCH, values, entry * STRETCH, length);
            }
        }
        int rows = Math.toIntExact(spec.rows());
        for (int row = 0; row < rows; row++) {
            float sum = 0;
            for (int s = 0; s < stretches; s++) {
                sum += sums[s * centroids + (codes[row * stretches + s] & 0xff)];
            }
            target[row] = sum;
        }
    }

    @Override
    public int parameterCount() {
        return values.length;
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        int row = TableIds.row(id, spec.rows());
        for (int s = 0; s < stretches; s++) {
            int from = s * STRETCH;
            into.add(place(row, s), 1, gradient, offset + from, Math.min(STRETCH, dimension - from));
        }
    }

    @Override
    public void adjust(int from, float[] delta, int length) {
        Kernels.axpy(1, delta, 0, values, from, length);
    }

    @Override
    public long residentBytes() {
        return codes.length + (long) Float.BYTES * values.length;
    }

    @Override
    public Map<String, Section> sections() {
        return Map.of("codes", new Section.Bytes(codes), ParameterTable.VALUES, new Section.Floats(values));
    }
}
