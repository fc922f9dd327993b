package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;

/// Adagrad (`duchi2011adagrad`) on the parameters that a gradient touched; 4 bytes of state per
/// parameter, which are the optimiser's and not the table's. Not thread-safe.
///
/// Symbols: g → gradient, G → `squares`, η → `rate`, ε → [#FLOOR].
public final class SparseAdagrad {
    private static final float FLOOR = 1e-8f;

    private final EmbeddingTable table;
    private final float rate;
    private final float[] squares;
    private float[] delta = new float[64];

    /// @param rate in (0, 10]
    public SparseAdagrad(EmbeddingTable table, double rate) {
        if (!(rate > 0 && rate <= 10)) {
            throw new IllegalArgumentException("rate must be in (0, 10], was " + rate);
        }
        this.table = table;
        this.rate = (float) rate;
        squares = new float[table.parameterCount()];
    }

    /// The sums of squares so far, one per parameter; the array in use.
    float[] squares() {
        return squares;
    }

    /// One step down the gradient, which is cleared. O(touched parameters).
    public void step(TableGradient gradient) {
        gradient.drain((from, length, values) -> {
            if (delta.length < length) {
                delta = new float[length];
            }
            boolean moved = Kernels.adagrad(rate, FLOOR, values, squares, from, delta, length);
            if (moved) {
                table.adjust(from, delta, length);
            }
        });
    }
}
