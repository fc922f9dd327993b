package dev.palate.retrieval.sequence;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.factor.History;
import java.util.Arrays;

/// The forward pass of a model from any position on, given what was computed of the positions before. Immutable
/// and thread-safe; states and workspaces are not.
abstract sealed class SequencePass permits SelfAttentionPass, GatedAttentionPass {
    final SequenceShape shape;
    final float[] items;
    final float[] ones;

    SequencePass(SequenceModel model) {
        shape = model.shape();
        items = model.items();
        ones = new float[Math.max(shape.dimension(), shape.maximumLength() + SequenceKernels.PADDING)];
        Arrays.fill(ones, 1);
    }

    static SequencePass of(SequenceModel model) {
        return switch (model.shape().layer()) {
            case SequenceLayer.SelfAttention(int inner) -> new SelfAttentionPass(model, inner);
            case SequenceLayer.GatedAttention() -> new GatedAttentionPass(model);
        };
    }

    /// Computes the positions from `from` to the end, and the hidden state after the last.
    ///
    /// @param state at least one event, keys and values of all positions before `from`
    abstract void forward(State state, Workspace workspace, int from);

    /// A window of events with keys and values of each layer and position.
    static final class State {
        final int[] items;
        final long[] times;
        final float[][] keys;
        final float[][] values;
        final float[] hidden;
        int size;

        State(SequenceShape shape) {
            items = new int[shape.maximumLength()];
            times = new long[shape.maximumLength()];
            keys = new float[shape.layers()][shape.maximumLength() * shape.dimension()];
            values = new float[shape.layers()][shape.maximumLength() * shape.dimension()];
            hidden = new float[shape.dimension()];
        }

        /// Begins with the newest events of a history.
        void restart(History history) {
            size = Math.min(items.length, history.size());
            System.arraycopy(history.items(), history.size() - size, items, 0, size);
            System.arraycopy(history.times(), history.size() - size, times, 0, size);
            if (size == 0) {
                Arrays.fill(hidden, 0);
            }
        }

        /// Adds an event and tells from where on to compute.
        int append(int item, long time) {
            long placed = size == 0 ? time : Math.max(time, times[size - 1]);
            int from = size;
            if (size == items.length) {
                System.arraycopy(items, 1, items, 0, size - 1);
                System.arraycopy(times, 1, times, 0, size - 1);
                size--;
                from = 0;
            }
            items[size] = item;
            times[size++] = placed;
            return from;
        }
    }

    /// Room for one pass at a time, and a state for a history that is scored once.
    static final class Workspace {
        final State own;
        final float[] x;
        final float[] y;
        final float[] query;
        final float[] attended;
        final float[] wide;
        final float[] weights;
        final float[] biases;

        Workspace(SequenceShape shape) {
            own = new State(shape);
            int area = shape.maximumLength() * shape.dimension();
            x = new float[area];
            y = new float[area];
            query = new float[area];
            attended = new float[area];
            wide = new float
                    [shape.maximumLength()
                            * switch (shape.layer()) {
                                case SequenceLayer.SelfAttention(int inner) -> inner;
                                case SequenceLayer.GatedAttention() -> shape.dimension();
                            }];
            weights = new float[shape.maximumLength() + SequenceKernels.PADDING];
            biases = new float[shape.maximumLength()];
        }
    }

    /// Gain and shift of a normalisation.
    record Norm(float[] gain, float[] shift) {
        static Norm of(SequenceModel model, String name) {
            return new Norm(model.weight(name + ".gain"), model.weight(name + ".shift"));
        }
    }

    /// Matrix and bias of a linear map.
    record Linear(float[] matrix, float[] bias) {
        static Linear of(SequenceModel model, String name) {
            return new Linear(model.weight(name + ".matrix"), model.weight(name + ".bias"));
        }

        /// The columns from `first` on, as many as there are rows.
        Linear square(int first, int rows) {
            int width = bias.length;
            float[] part = new float[rows * rows];
            for (int row = 0; row < rows; row++) {
                System.arraycopy(matrix, row * width + first, part, row * rows, rows);
            }
            return new Linear(part, Arrays.copyOfRange(bias, first, first + rows));
        }

        void apply(float[] source, int from, int rows, int inner, float[] target, int to) {
            SequenceKernels.linear(source, from, rows, inner, matrix, bias, bias.length, target, to);
        }
    }

    void normalise(float[] source, int from, Norm norm, float epsilon, float[] target, int to) {
        SequenceKernels.normalise(source, from, norm.gain, norm.shift, epsilon, ones, target, to, shape.dimension());
    }

    /// Adds the values of positions 0 to `last`, weighed by `weights`, to one head of `target`.
    void addValues(float[] weights, int last, float[] values, int head, int width, float[] target, int to) {
        int dimension = shape.dimension();
        for (int j = 0; j <= last; j++) {
            Kernels.axpy(weights[j], values, j * dimension + head * width, target, to + head * width, width);
        }
    }
}
