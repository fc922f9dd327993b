package dev.palate.retrieval.sequence;

import dev.palate.memory.vector.Kernels;
import java.util.Arrays;

/// [SequenceLayer.SelfAttention]. Immutable and thread-safe.
final class SelfAttentionPass extends SequencePass {
    static final float EPSILON = 1e-12f;

    private record Layer(
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            Norm attention,
            Linear widen,
            Linear narrow,
            Norm feed) {}

    private final int inner;
    private final float[] positions;
    private final Norm input;
    private final Layer[] layers;

    SelfAttentionPass(SequenceModel model, int inner) {
        super(model);
        this.inner = inner;
        positions = model.weight("position");
        input = Norm.of(model, "input");
        layers = new Layer[shape.layers()];
        for (int l = 0; l < layers.length; l++) {
            layers[l] = new Layer(
                    Linear.of(model, l + ".query"),
                    Linear.of(model, l + ".key"),
                    Linear.of(model, l + ".value"),
                    Linear.of(model, l + ".output"),
                    Norm.of(model, l + ".attention"),
                    Linear.of(model, l + ".widen"),
                    Linear.of(model, l + ".narrow"),
                    Norm.of(model, l + ".feed"));
        }
    }

    @Override
    void forward(State state, Workspace w, int from) {
        int d = shape.dimension();
        int count = state.size - from;
        for (int i = 0; i < count; i++) {
            System.arraycopy(items, state.items[from + i] * d, w.y, i * d, d);
            SequenceKernels.add(w.y, i * d, positions, (from + i) * d, d);
            normalise(w.y, i * d, input, EPSILON, w.x, i * d);
        }
        for (int l = 0; l < layers.length; l++) {
            Layer layer = layers[l];
            layer.key.apply(w.x, 0, count, d, state.keys[l], from * d);
            layer.value.apply(w.x, 0, count, d, state.values[l], from * d);
            int first = l == layers.length - 1 ? count - 1 : 0;
            int rows = count - first;
            layer.query.apply(w.x, first * d, rows, d, w.query, 0);
            attend(state, l, w, from + first, rows);
            layer.output.apply(w.attended, 0, rows, d, w.y, 0);
            addAndNormalise(w, first, rows, layer.attention);
            layer.widen.apply(w.x, first * d, rows, d, w.wide, 0);
            SequenceKernels.gelu(w.wide, 0, rows * inner);
            layer.narrow.apply(w.wide, 0, rows, inner, w.y, 0);
            addAndNormalise(w, first, rows, layer.feed);
        }
        System.arraycopy(w.x, (count - 1) * d, state.hidden, 0, d);
    }

    private void attend(State state, int l, Workspace w, int position, int rows) {
        int d = shape.dimension();
        int width = d / shape.heads();
        float scale = (float) (1 / Math.sqrt(width));
        Arrays.fill(w.attended, 0, rows * d, 0);
        for (int head = 0; head < shape.heads(); head++) {
            for (int r = 0; r < rows; r++) {
                int last = position + r;
                for (int j = 0; j <= last; j++) {
                    w.weights[j] = scale
                            * Kernels.dot(w.query, r * d + head * width, state.keys[l], j * d + head * width, width);
                }
                SequenceKernels.softmax(w.weights, last + 1, ones);
                addValues(w.weights, last, state.values[l], head, width, w.attended, r * d);
            }
        }
    }

    private void addAndNormalise(Workspace w, int first, int rows, Norm norm) {
        int d = shape.dimension();
        SequenceKernels.add(w.y, 0, w.x, first * d, rows * d);
        for (int r = 0; r < rows; r++) {
            normalise(w.y, r * d, norm, EPSILON, w.x, (first + r) * d);
        }
    }
}
