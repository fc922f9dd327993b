package dev.palate.retrieval.sequence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/// One trained array: its values here and in PyTorch, Adam's (`kingma2015adam`) two means of its gradients, and
/// the running average of the values, which is what is evaluated and kept. Not thread-safe.
///
/// Adam runs here and not in PyTorch: it costs a third less for these sizes, and a checkpoint is then only
/// arrays.
final class TrainedArray {
    private static final double FIRST_DECAY = 0.9;
    private static final double SECOND_DECAY = 0.999;
    private static final double EPSILON = 1e-8;

    final float[] values;
    final float[] first;
    final float[] second;
    final float[] average;
    final NDArray tensor;

    TrainedArray(NDManager manager, int rows, int columns, float[] values) {
        this.values = values;
        first = new float[values.length];
        second = new float[values.length];
        average = values.clone();
        tensor = manager.create(values, rows == 1 ? new Shape(columns) : new Shape(rows, columns));
        tensor.setRequiresGradient(true);
    }

    /// Goes on from a checkpoint.
    void restore(float[] kept, float[] keptFirst, float[] keptSecond, float[] keptAverage) {
        System.arraycopy(kept, 0, values, 0, values.length);
        System.arraycopy(keptFirst, 0, first, 0, values.length);
        System.arraycopy(keptSecond, 0, second, 0, values.length);
        System.arraycopy(keptAverage, 0, average, 0, values.length);
        tensor.set(FloatBuffer.wrap(values));
    }

    /// Puts other values into PyTorch, to compute with them; training cannot go on afterwards.
    void show(float[] others) {
        tensor.set(FloatBuffer.wrap(others));
    }

    /// One step of Adam by the gradient of the last backward pass, which is then 0 again.
    ///
    /// @param averaging decay of the average of the values over the steps, in [0, 1); it begins lower
    /// @param step from 1
    void update(double learningRate, double averaging, long step) {
        double correction = Math.sqrt(1 - Math.pow(SECOND_DECAY, step));
        float rate = (float) (learningRate * correction / (1 - Math.pow(FIRST_DECAY, step)));
        float epsilon = (float) (EPSILON * correction);
        float fresh = (float) (1 - Math.min(averaging, (1.0 + step) / (10.0 + step)));
        float b1 = (float) FIRST_DECAY;
        float b2 = (float) SECOND_DECAY;
        try (NDArray handle = tensor.getGradient()) {
            float[] gradient = handle.toFloatArray();
            for (int i = 0; i < gradient.length; i++) {
                float g = gradient[i];
                float m = b1 * first[i] + (1 - b1) * g;
                float v = b2 * second[i] + (1 - b2) * g * g;
                first[i] = m;
                second[i] = v;
                values[i] -= rate * m / ((float) Math.sqrt(v) + epsilon);
                average[i] += fresh * (values[i] - average[i]);
            }
            handle.muli(0);
        }
        tensor.set(FloatBuffer.wrap(values));
    }
}
