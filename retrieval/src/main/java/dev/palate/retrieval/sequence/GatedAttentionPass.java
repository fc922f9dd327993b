package dev.palate.retrieval.sequence;

import dev.palate.memory.vector.Kernels;
import java.util.Arrays;

/// [SequenceLayer.GatedAttention]. Immutable and thread-safe.
final class GatedAttentionPass extends SequencePass {
    static final float EPSILON = 1e-6f;

    private record Layer(
            float[] distance,
            float[] time,
            Norm before,
            Linear gate,
            Linear value,
            Linear query,
            Linear key,
            Norm attended,
            Linear output) {}

    private final Norm last;
    private final Layer[] layers;

    GatedAttentionPass(SequenceModel model) {
        super(model);
        int d = shape.dimension();
        last = Norm.of(model, "last");
        layers = new Layer[shape.layers()];
        for (int l = 0; l < layers.length; l++) {
            // The four parts of the projection stand side by side; apart, each is computed only where it is needed.
            Linear project = Linear.of(model, l + ".project");
            layers[l] = new Layer(
                    model.weight(l + ".distance"),
                    model.weight(l + ".time"),
                    Norm.of(model, l + ".before"),
                    project.square(0, d),
                    project.square(d, d),
                    project.square(2 * d, d),
                    project.square(3 * d, d),
                    Norm.of(model, l + ".attended"),
                    Linear.of(model, l + ".output"));
        }
    }

    @Override
    void forward(State state, Workspace w, int from) {
        int d = shape.dimension();
        int count = state.size - from;
        for (int i = 0; i < count; i++) {
            System.arraycopy(items, state.items[from + i] * d, w.x, i * d, d);
        }
        for (int l = 0; l < layers.length; l++) {
            Layer layer = layers[l];
            for (int i = 0; i < count; i++) {
                normalise(w.x, i * d, layer.before, EPSILON, w.y, i * d);
            }
            activated(layer.key, w.y, 0, count, state.keys[l], from * d);
            activated(layer.value, w.y, 0, count, state.values[l], from * d);
            int first = l == layers.length - 1 ? count - 1 : 0;
            int rows = count - first;
            activated(layer.query, w.y, first * d, rows, w.query, 0);
            activated(layer.gate, w.y, first * d, rows, w.wide, 0);
            attend(state, l, w, from + first, rows);
            for (int r = 0; r < rows; r++) {
                normalise(w.attended, r * d, layer.attended, EPSILON, w.attended, r * d);
            }
            SequenceKernels.multiply(w.attended, 0, w.wide, 0, rows * d);
            layer.output.apply(w.attended, 0, rows, d, w.y, 0);
            SequenceKernels.add(w.x, first * d, w.y, 0, rows * d);
        }
        normalise(w.x, (count - 1) * d, last, EPSILON, state.hidden, 0);
    }

    private void activated(Linear linear, float[] source, int from, int rows, float[] target, int to) {
        linear.apply(source, from, rows, shape.dimension(), target, to);
        SequenceKernels.silu(target, to, rows * shape.dimension(), 1);
    }

    private void attend(State state, int l, Workspace w, int position, int rows) {
        Layer layer = layers[l];
        int d = shape.dimension();
        int width = d / shape.heads();
        float share = 1f / shape.maximumLength();
        Arrays.fill(w.attended, 0, rows * d, 0);
        for (int r = 0; r < rows; r++) {
            int at = position + r;
            for (int j = 0; j <= at; j++) {
                long elapsed = state.times[at] - state.times[j];
                w.biases[j] = layer.distance[at - j] + layer.time[SequenceLayer.GatedAttention.bucket(elapsed)];
            }
            for (int head = 0; head < shape.heads(); head++) {
                for (int j = 0; j <= at; j++) {
                    w.weights[j] = w.biases[j]
                            + Kernels.dot(w.query, r * d + head * width, state.keys[l], j * d + head * width, width);
                }
                SequenceKernels.silu(w.weights, 0, at + 1, share);
                addValues(w.weights, at, state.values[l], head, width, w.attended, r * d);
            }
        }
    }
}
