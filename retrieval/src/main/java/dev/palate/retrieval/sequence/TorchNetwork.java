package dev.palate.retrieval.sequence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import java.util.function.Function;

/// The forward pass in PyTorch, as functions of the trained arrays. Not thread-safe.
///
/// All arrays must belong to the manager of the step ([NDArray#tempAttach]): a result belongs to the manager of
/// its left operand, and what the long-lived manager owns is never given back.
final class TorchNetwork {
    private static final float MASKED = -1e4f;

    private final SequenceShape shape;
    private final float dropout;
    private final Function<String, NDArray> weights;

    TorchNetwork(SequenceShape shape, double dropout, Function<String, NDArray> weights) {
        this.shape = shape;
        this.dropout = (float) dropout;
        this.weights = weights;
    }

    /// Hidden states of windows of one length, padded on their right: with a causal mask the padding is never
    /// seen.
    ///
    /// @param items (batch × length, dimension) vectors
    /// @param buckets (batch × length × length) classes of elapsed times; not looked at by softmax attention
    /// @return (batch × length, dimension)
    NDArray hidden(NDManager step, NDArray items, int batch, int length, NDArray buckets, boolean training) {
        NDArray x = items.reshape(batch, length, shape.dimension());
        NDArray hidden = switch (shape.layer()) {
            case SequenceLayer.SelfAttention ignored -> selfAttention(step, x, batch, length, training);
            case SequenceLayer.GatedAttention() -> gatedAttention(step, x, batch, length, buckets, training);
        };
        return hidden.reshape((long) batch * length, shape.dimension());
    }

    private NDArray selfAttention(NDManager step, NDArray items, int batch, int length, boolean training) {
        float epsilon = SelfAttentionPass.EPSILON;
        int width = shape.dimension() / shape.heads();
        NDArray mask = causal(step, length, 0, MASKED);
        NDArray positions = weights.apply("position").get(new NDIndex("0:" + length));
        NDArray x = items.add(positions.reshape(1, length, shape.dimension()));
        x = dropped(normalised(x, "input", epsilon), training);
        for (int l = 0; l < shape.layers(); l++) {
            NDArray query = headed(linear(x, l + ".query"), batch, length);
            NDArray key = headed(linear(x, l + ".key"), batch, length);
            NDArray value = headed(linear(x, l + ".value"), batch, length);
            NDArray attention = query.matMul(key.transpose(0, 1, 3, 2))
                    .mul((float) (1 / Math.sqrt(width)))
                    .add(mask)
                    .softmax(-1);
            NDArray attended = joined(dropped(attention, training).matMul(value), batch, length);
            NDArray output = dropped(linear(attended, l + ".output"), training);
            x = normalised(output.add(x), l + ".attention", epsilon);
            NDArray wide = Activation.gelu(linear(x, l + ".widen"));
            NDArray fed = dropped(linear(wide, l + ".narrow"), training);
            x = normalised(fed.add(x), l + ".feed", epsilon);
        }
        return x;
    }

    private NDArray gatedAttention(
            NDManager step, NDArray items, int batch, int length, NDArray buckets, boolean training) {
        float epsilon = GatedAttentionPass.EPSILON;
        int d = shape.dimension();
        NDArray share = causal(step, length, 1f / shape.maximumLength(), 0);
        NDArray distances = step.create(distances(length));
        NDArray x = dropped(items, training);
        for (int l = 0; l < shape.layers(); l++) {
            NDArray projected = silu(linear(normalised(x, l + ".before", epsilon), l + ".project"));
            NDArray gate = part(projected, 0, d);
            NDArray value = headed(part(projected, 1, d), batch, length);
            NDArray query = headed(part(projected, 2, d), batch, length);
            NDArray key = headed(part(projected, 3, d), batch, length);
            NDArray distance = weights.apply(l + ".distance").get(distances).reshape(1, 1, length, length);
            NDArray time = weights.apply(l + ".time").get(buckets).reshape(batch, 1, length, length);
            NDArray attention = silu(query.matMul(key.transpose(0, 1, 3, 2)).add(distance.add(time)))
                    .mul(share);
            NDArray attended = joined(attention.matMul(value), batch, length);
            NDArray gated = normalised(attended, l + ".attended", epsilon).mul(gate);
            x = linear(dropped(gated, training), l + ".output").add(x);
        }
        return normalised(x, "last", epsilon);
    }

    private static NDArray part(NDArray projected, int number, int width) {
        return projected.get(new NDIndex(":,:," + number * width + ":" + (number + 1) * width));
    }

    private NDArray headed(NDArray x, int batch, int length) {
        return x.reshape(batch, length, shape.heads(), shape.dimension() / shape.heads())
                .transpose(0, 2, 1, 3);
    }

    private NDArray joined(NDArray x, int batch, int length) {
        return x.transpose(0, 2, 1, 3).reshape(batch, length, shape.dimension());
    }

    private NDArray linear(NDArray x, String name) {
        return x.matMul(weights.apply(name + ".matrix")).add(weights.apply(name + ".bias"));
    }

    private NDArray normalised(NDArray x, String name, float epsilon) {
        return LayerNorm.layerNorm(
                        x,
                        new Shape(shape.dimension()),
                        weights.apply(name + ".gain"),
                        weights.apply(name + ".shift"),
                        epsilon)
                .singletonOrThrow();
    }

    private NDArray dropped(NDArray x, boolean training) {
        return training && dropout > 0 ? Dropout.dropout(x, dropout, true).singletonOrThrow() : x;
    }

    private static NDArray silu(NDArray x) {
        return x.mul(Activation.sigmoid(x));
    }

    private static NDArray causal(NDManager step, int length, float seen, float unseen) {
        float[] mask = new float[length * length];
        for (int i = 0; i < length; i++) {
            for (int j = 0; j < length; j++) {
                mask[i * length + j] = j <= i ? seen : unseen;
            }
        }
        return step.create(mask, new Shape(1, 1, length, length));
    }

    private static long[] distances(int length) {
        long[] distances = new long[length * length];
        for (int i = 0; i < length; i++) {
            for (int j = 0; j <= i; j++) {
                distances[i * length + j] = (long) i - j;
            }
        }
        return distances;
    }
}
