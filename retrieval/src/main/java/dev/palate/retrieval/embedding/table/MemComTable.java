package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import java.util.SplittableRandom;

/// MEmCom (`pansare2022memcom`): a row shared by all ids of one remainder, times a number of the id's
/// own, and in one form plus another. Two ids of a row have different vectors, but without that other
/// number parallel ones: **they do not go into an index by cosine**, which cannot tell them apart. With
/// rows in order of frequency a frequent id shares with rare ones. A lookup reads one row and one or two
/// numbers.
///
/// | paper | code |
/// |---|---|
/// | U, m × e; h(i) = i mod m | the first `shared` rows of `values`; [#row] |
/// | V, W: one number for each of v ids | [#scale], [#bias] |
/// | emb(i) = U[h(i)] · V[i] (+ W[i]) | [#lookup] |
final class MemComTable extends ParameterTable {
    private final TableSpec.MemCom spec;
    private final int scalesFrom;
    private final int biasesFrom;

    MemComTable(TableSpec.MemCom spec, float[] values) {
        super(values, spec.parameters());
        this.spec = spec;
        scalesFrom = spec.shared() * spec.dimension();
        biasesFrom = scalesFrom + (int) spec.rows();
    }

    static float[] fresh(TableSpec.MemCom spec) {
        float[] values = new float[Math.toIntExact(spec.parameters())];
        int from = spec.shared() * spec.dimension();
        SplittableRandom random = new SplittableRandom(spec.seed());
        fillFresh(values, 0, from, spec.dimension(), random);
        for (int i = from; i < from + spec.rows(); i++) {
            values[i] = (float) random.nextDouble(0.9, 1.1);
        }
        return values;
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    private int row(int id) {
        return id % spec.shared() * spec.dimension();
    }

    private int scale(int id) {
        return scalesFrom + id;
    }

    private int bias(int id) {
        return biasesFrom + id;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int known = TableIds.row(id, spec.rows());
        int row = row(known);
        float scale = values[scale(known)];
        float bias = spec.biased() ? values[bias(known)] : 0;
        for (int i = 0; i < spec.dimension(); i++) {
            target[offset + i] = Math.fma(scale, values[row + i], bias);
        }
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        int known = TableIds.row(id, spec.rows());
        int row = row(known);
        int dimension = spec.dimension();
        into.add(row, values[scale(known)], gradient, offset, dimension);
        into.add(scale(known), Kernels.dot(gradient, offset, values, row, dimension));
        if (spec.biased()) {
            float sum = 0;
            for (int i = offset; i < offset + dimension; i++) {
                sum += gradient[i];
            }
            into.add(bias(known), sum);
        }
    }
}
