package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;

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
    private final int blocks;
    private final long[] functions;

    RobeTable(TableSpec.Robe spec, float[] values) {
        super(values, spec.size());
        this.spec = spec;
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

    private int start(long id, int block) {
        return Hashes.bucket(id, functions[block], spec.size() - spec.block() + 1);
    }

    /// From the half of the hash that the start does not use.
    private float sign(long id, int block) {
        return spec.signed() && (Hashes.mix(id ^ functions[block]) & 1) == 0 ? -1 : 1;
    }

    private int length(int block) {
        return Math.min(spec.block(), spec.dimension() - block * spec.block());
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        long known = TableIds.any(id);
        for (int b = 0; b < blocks; b++) {
            int at = offset + b * spec.block();
            System.arraycopy(values, start(known, b), target, at, length(b));
            if (sign(known, b) < 0) {
                Kernels.scale(-1, target, at, length(b));
            }
        }
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        long known = TableIds.any(id);
        for (int b = 0; b < blocks; b++) {
            into.add(start(known, b), sign(known, b), gradient, offset + b * spec.block(), length(b));
        }
    }
}
