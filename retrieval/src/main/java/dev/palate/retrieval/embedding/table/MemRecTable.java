package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import java.util.SplittableRandom;

/// Mem-Rec (`jha2023memrec`): an id is encoded by two Bloom filters; its vector is the sum of the token
/// rows that the first names, times the sum of the weights that the second names. Two ids are alike only
/// where both encodings are. Any id has a vector. A lookup reads `tokenHashes` rows and `weightHashes`
/// weights.
///
/// | paper | code |
/// |---|---|
/// | M, d × m₁, by columns; φ(x) of k₁ hashes | rows of `values`; `tokenFunctions` |
/// | w, m₂; ψ(x) of k₂ hashes | the end of `values`; `weightFunctions` |
/// | z(x) = α(x) · M φ(x), α(x) = wᵀ ψ(x) | [#lookup] |
///
/// Of a hash that comes twice for one id both count. The paper's sizes could not be read; k₁ = 4 and k₂ =
/// 2 are ours. Equal first weights would learn alike, so they begin at (1 ± 0.7) / k₂.
final class MemRecTable extends ParameterTable {
    private final TableSpec.MemRec spec;
    private final int weightsFrom;
    private final long[] tokenFunctions;
    private final long[] weightFunctions;

    MemRecTable(TableSpec.MemRec spec, float[] values) {
        super(values, (long) spec.tokens() * spec.dimension() + spec.weights());
        this.spec = spec;
        weightsFrom = spec.tokens() * spec.dimension();
        tokenFunctions = functions(spec, 0, spec.tokenHashes());
        weightFunctions = functions(spec, spec.tokenHashes(), spec.weightHashes());
    }

    private static long[] functions(TableSpec.MemRec spec, int first, int count) {
        long[] functions = new long[count];
        for (int j = 0; j < count; j++) {
            functions[j] = Hashes.seed(spec.seed(), first + j);
        }
        return functions;
    }

    static float[] fresh(TableSpec.MemRec spec) {
        int from = Math.multiplyExact(spec.tokens(), spec.dimension());
        float[] values = new float[Math.addExact(from, spec.weights())];
        SplittableRandom random = new SplittableRandom(spec.seed());
        fillFresh(values, 0, from, spec.dimension() * spec.tokenHashes(), random);
        for (int i = from; i < values.length; i++) {
            values[i] = (float) (random.nextDouble(0.3, 1.7) / spec.weightHashes());
        }
        return values;
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    private int token(long id, int j) {
        return Hashes.bucket(id, tokenFunctions[j], spec.tokens()) * spec.dimension();
    }

    private int weight(long id, int j) {
        return weightsFrom + Hashes.bucket(id, weightFunctions[j], spec.weights());
    }

    private void sumOfTokens(long id, float[] target, int offset) {
        System.arraycopy(values, token(id, 0), target, offset, spec.dimension());
        for (int j = 1; j < tokenFunctions.length; j++) {
            Kernels.axpy(1, values, token(id, j), target, offset, spec.dimension());
        }
    }

    private float alpha(long id) {
        float alpha = 0;
        for (int j = 0; j < weightFunctions.length; j++) {
            alpha += values[weight(id, j)];
        }
        return alpha;
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        long known = TableIds.any(id);
        if (tokenFunctions.length == 4) {
            RowKernels.scaledSum(
                    alpha(known),
                    values,
                    token(known, 0),
                    token(known, 1),
                    token(known, 2),
                    token(known, 3),
                    target,
                    offset,
                    spec.dimension());
            return;
        }
        sumOfTokens(known, target, offset);
        Kernels.scale(alpha(known), target, offset, spec.dimension());
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        int dimension = spec.dimension();
        float[] sum = new float[dimension];
        sumOfTokens(TableIds.any(id), sum, 0);
        float alpha = alpha(id);
        for (int j = 0; j < tokenFunctions.length; j++) {
            into.add(token(id, j), alpha, gradient, offset, dimension);
        }
        float ofAlpha = Kernels.dot(gradient, offset, sum, 0, dimension);
        for (int j = 0; j < weightFunctions.length; j++) {
            into.add(weight(id, j), ofAlpha);
        }
    }
}
