package dev.palate.retrieval.embedding.network;

import dev.palate.memory.Require;
import java.util.Arrays;

/// Adagrad (`duchi2011adagrad`) on an array of parameters that change together; 4 bytes of state each.
/// Symbols as in [dev.palate.retrieval.embedding.table.SparseAdagrad]. Not thread-safe.
final class DenseAdagrad {
    private static final float FLOOR = 1e-8f;

    private final float[] values;
    private final float[] squares;
    private final float rate;

    DenseAdagrad(float[] values, double rate) {
        this.values = values;
        this.rate = (float) Require.range("rate", rate, Double.MIN_NORMAL, 10);
        squares = new float[values.length];
    }

    /// One step down the gradient, which is cleared.
    void step(float[] gradient) {
        for (int i = 0; i < values.length; i++) {
            float g = gradient[i];
            squares[i] += g * g;
            values[i] -= rate * g / ((float) Math.sqrt(squares[i]) + FLOOR);
        }
        Arrays.fill(gradient, 0);
    }
}
