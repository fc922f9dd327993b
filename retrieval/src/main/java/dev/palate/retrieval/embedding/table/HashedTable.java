package dev.palate.retrieval.embedding.table;

/// The hashing trick (`weinberger2009hashing`): an id has the row its hash names, and shares it with all
/// ids of that hash. Any id has a vector. A lookup reads one row.
///
/// Symbols: h → [Hashes#bucket], m → buckets.
final class HashedTable extends ParameterTable {
    private final TableSpec.Hashed spec;
    private final long function;

    HashedTable(TableSpec.Hashed spec, float[] values) {
        super(values, (long) spec.buckets() * spec.dimension());
        this.spec = spec;
        function = Hashes.seed(spec.seed(), 0);
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    private int row(long id) {
        return Hashes.bucket(TableIds.any(id), function, spec.buckets());
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int dimension = spec.dimension();
        System.arraycopy(values, row(id) * dimension, target, offset, dimension);
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        into.add(row(id) * spec.dimension(), 1, gradient, offset, spec.dimension());
    }
}
