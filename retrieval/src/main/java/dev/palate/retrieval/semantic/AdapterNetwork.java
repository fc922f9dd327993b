package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;

/// h = x + W₂ gelu(W₁ x): a bottleneck beside the identity, which begins as the identity. Parameters, their gradients
/// by
/// hand, and Adam. Not thread-safe while it learns.
final class AdapterNetwork {
    private static final double GELU = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;
    private static final double MOMENTUM = 0.9;
    private static final double SECOND_MOMENTUM = 0.999;
    private static final double ADAM_FLOOR = 1e-8;

    final int dimension;
    final int hidden;
    /// hidden × dimension.
    final float[] inward;
    /// hidden × dimension: column k of W₂ is row k.
    final float[] outward;

    final float[] inwardGradient;
    final float[] outwardGradient;
    private final float[][] moments;
    private int updates;

    AdapterNetwork(int dimension, int hidden, SplittableRandom random) {
        this(dimension, hidden, gaussian(dimension, hidden, random), new float[hidden * dimension]);
    }

    AdapterNetwork(int dimension, int hidden, float[] inward, float[] outward) {
        this.dimension = dimension;
        this.hidden = hidden;
        this.inward = inward;
        this.outward = outward;
        inwardGradient = new float[inward.length];
        outwardGradient = new float[outward.length];
        moments = new float[4][inward.length];
    }

    private static float[] gaussian(int dimension, int hidden, SplittableRandom random) {
        float[] values = new float[hidden * dimension];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 2 / Math.sqrt(dimension));
        }
        return values;
    }

    /// What a batch went through, kept for the way back.
    ///
    /// @param input row-major, size × dimension
    /// @param before size × hidden, what enters the gelu
    /// @param output size × dimension
    record Pass(int size, float[] input, float[] before, float[] output) {}

    /// Runs rows through. O(size · hidden · dimension).
    Pass forward(float[] input) {
        int size = input.length / dimension;
        float[] before = new float[size * hidden];
        float[] output = input.clone();
        for (int row = 0; row < size; row++) {
            for (int k = 0; k < hidden; k++) {
                float a = Kernels.dot(input, row * dimension, inward, k * dimension, dimension);
                before[row * hidden + k] = a;
                Kernels.axpy(gelu(a), outward, k * dimension, output, row * dimension, dimension);
            }
        }
        return new Pass(size, input, before, output);
    }

    /// Adds the gradients of the parameters, given those of the outputs.
    void backward(Pass pass, float[] outputGradient) {
        for (int row = 0; row < pass.size; row++) {
            int at = row * dimension;
            for (int k = 0; k < hidden; k++) {
                float a = pass.before[row * hidden + k];
                float through = Kernels.dot(outputGradient, at, outward, k * dimension, dimension) * slope(a);
                Kernels.axpy(gelu(a), outputGradient, at, outwardGradient, k * dimension, dimension);
                if (through != 0) {
                    Kernels.axpy(through, pass.input, at, inwardGradient, k * dimension, dimension);
                }
            }
        }
    }

    void clearGradients() {
        Arrays.fill(inwardGradient, 0);
        Arrays.fill(outwardGradient, 0);
    }

    /// One step of Adam with decoupled decay towards the identity.
    void update(double rate, double decay) {
        updates++;
        update(inward, inwardGradient, moments[0], moments[1], rate, 0);
        update(outward, outwardGradient, moments[2], moments[3], rate, decay);
    }

    private void update(float[] values, float[] gradient, float[] first, float[] second, double rate, double decay) {
        double firstBias = 1 - Math.pow(MOMENTUM, updates);
        double secondBias = 1 - Math.pow(SECOND_MOMENTUM, updates);
        for (int i = 0; i < values.length; i++) {
            double g = gradient[i];
            first[i] = (float) (MOMENTUM * first[i] + (1 - MOMENTUM) * g);
            second[i] = (float) (SECOND_MOMENTUM * second[i] + (1 - SECOND_MOMENTUM) * g * g);
            double step = first[i] / firstBias / (Math.sqrt(second[i] / secondBias) + ADAM_FLOOR);
            values[i] -= (float) (rate * (step + decay * values[i]));
        }
    }

    /// The tanh form.
    static float gelu(float a) {
        return (float) (0.5 * a * (1 + Math.tanh(GELU * (a + CUBIC * a * a * a))));
    }

    static float slope(float a) {
        double tanh = Math.tanh(GELU * (a + CUBIC * a * a * a));
        return (float) (0.5 * (1 + tanh) + 0.5 * a * (1 - tanh * tanh) * GELU * (1 + 3 * CUBIC * a * a));
    }
}
