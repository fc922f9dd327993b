package dev.palate.retrieval.embedding.table;

/// Random offset block embedding (`desai2022robe`): one array for all ids; a vector is cut into blocks,
/// and each block is a stretch of the array that begins where a hash of the id and the block's number
/// says. Any id has a vector, and new ids cost nothing. A lookup reads one stretch for each block, so
/// blocks as long as the vector are the fastest.
///
/// | paper | code |
/// |---|---|
/// | M, \|M\| | `values`, `size` |
/// | Z | `block` |
/// | h(e, ⌊i / Z⌋) + i mod Z, offsets in [0, \|M\| − Z] | [#start] |
/// | sign g(e, ⌊i / Z⌋) in ± 1, optional | [#sign] |
///
/// The published hash, linear in the id modulo a prime, overflows 64 bits for large ids; the hash here is [Hashes].
final class RobeTable extends ParameterTable {
    private final TableSpec.Robe spec;
    private final int block;
    private final boolean signed;
    private final int blocks;
    /// In how many places a block can begin.
    private final int starts;

    private final long[] functions;

    RobeTable(TableSpec.Robe spec, float[] values) {
        super(values, spec.size());
        this.spec = spec;
        block = spec.block();
        signed = spec.signed();
        starts = spec.size() - block + 1;
        blocks = Math.ceilDiv(spec.dimension(), spec.block());
        functions = new long[blocks];
        for (int b = 0; b < blocks; b++) {
            functions[b] = Hashes.seed(spec.seed(), b);
        }
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    /// Which place and sign a block has: [#start] and [#sign] are of different parts of it.
    private long hash(long id, int block) {
        return Hashes.mix(id ^ functions[block]);
    }

    private int start(long hash) {
        return Hashes.bucket(hash, starts);
    }

    private float sign(long hash) {
        return signed && (hash & 1) == 0 ? -1 : 1;
    }

    private int length(int block) {
        return Math.min(this.block, spec.dimension() - block * this.block);
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        long known = TableIds.any(id);
        for (int b = 0; b < blocks; b++) {
            int at = offset + b * block;
            long hash = hash(known, b);
            RowKernels.scaled(sign(hash), values, start(hash), target, at, length(b));
        }
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        long known = TableIds.any(id);
        for (int b = 0; b < blocks; b++) {
            long hash = hash(known, b);
            into.add(start(hash), sign(hash), gradient, offset + b * block, length(b));
        }
    }
}
