package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import java.util.Arrays;

/// The gradient of a loss by the parameters of one table, of which most are 0: values, and which
/// stretches were touched. 4 bytes per parameter. Not thread-safe.
public final class TableGradient {
    private final float[] values;
    private int[] starts = new int[64];
    private int[] lengths = new int[64];
    private int stretches;
    private int shift;

    /// What is done with a stretch of touched parameters.
    @FunctionalInterface
    public interface Stretch {
        /// @param from number of the first parameter
        /// @param gradient the whole gradient; the stretch is at `from`
        void visit(int from, int length, float[] gradient);
    }

    /// All zero.
    ///
    /// @param parameterCount of the table
    public TableGradient(int parameterCount) {
        values = new float[parameterCount];
    }

    /// Until [#leave] the numbers of parameters are of a table that begins at this number of another.
    void enter(int by) {
        shift += by;
    }

    void leave(int by) {
        shift -= by;
    }

    /// Adds `factor` times `length` values of `x`.
    public void add(int from, float factor, float[] x, int offset, int length) {
        touch(from, length);
        Kernels.axpy(factor, x, offset, values, from + shift, length);
    }

    /// Adds to one.
    public void add(int parameter, float value) {
        touch(parameter, 1);
        values[parameter + shift] += value;
    }

    private void touch(int from, int length) {
        if (stretches == starts.length) {
            starts = Arrays.copyOf(starts, 2 * stretches);
            lengths = Arrays.copyOf(lengths, 2 * stretches);
        }
        starts[stretches] = from + shift;
        lengths[stretches++] = length;
    }

    /// Adds all of another of the same size, which is cleared.
    public void take(TableGradient other) {
        other.drain((from, length, gradient) -> {
            touch(from - shift, length);
            Kernels.axpy(1, gradient, from, values, from, length);
        });
    }

    /// Visits the touched stretches in the order of touching and clears them. One that was touched twice
    /// is visited twice, the second time all zero.
    public void drain(Stretch stretch) {
        for (int i = 0; i < stretches; i++) {
            stretch.visit(starts[i], lengths[i], values);
            Arrays.fill(values, starts[i], starts[i] + lengths[i], 0);
        }
        stretches = 0;
    }

    /// The value of one parameter.
    public float value(int parameter) {
        return values[parameter + shift];
    }
}
