package dev.palate.retrieval.embedding.network;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;

/// A network of dense layers with ReLU between them and nothing after the last. Its parameters are one
/// array: for each layer the weights, a row for each unit, then the biases. Reading is thread-safe with a
/// [Pass] for each thread; nobody may change the values meanwhile.
final class DenseLayers {
    private static final int MOST_UNITS = 65_536;

    private final int[] sizes;
    final float[] values;

    /// @param sizes how many numbers enter, how many units each layer has
    DenseLayers(int[] sizes, float[] values) {
        this.sizes = sizes.clone();
        this.values = values;
        if (sizes.length < 2 || parameters(sizes) != values.length) {
            throw new IllegalArgumentException("layers " + Arrays.toString(sizes) + " have " + parameters(sizes)
                    + " parameters, there were " + values.length);
        }
    }

    private static int parameters(int[] sizes) {
        long sum = 0;
        for (int layer = 1; layer < sizes.length; layer++) {
            sum += (Require.range("units of a layer", sizes[layer - 1], 1, MOST_UNITS) + 1L)
                    * Require.range("units of a layer", sizes[layer], 1, MOST_UNITS);
        }
        return Math.toIntExact(sum);
    }

    /// Weights that keep the size of what goes through (`he2015delving`), zero biases.
    ///
    /// @param last what the last layer's weights are multiplied by besides
    static DenseLayers create(int[] sizes, double last, SplittableRandom random) {
        float[] values = new float[parameters(sizes)];
        int at = 0;
        for (int layer = 1; layer < sizes.length; layer++) {
            double deviation = Math.sqrt(2.0 / sizes[layer - 1]) * (layer == sizes.length - 1 ? last : 1);
            for (int i = 0; i < sizes[layer - 1] * sizes[layer]; i++) {
                values[at + i] = (float) (random.nextGaussian() * deviation);
            }
            at += (sizes[layer - 1] + 1) * sizes[layer];
        }
        return new DenseLayers(sizes, values);
    }

    int[] sizes() {
        return sizes.clone();
    }

    /// What one row went through, kept for the way back. Not thread-safe.
    static final class Pass {
        /// What enters each layer; the last entry is what leaves.
        private final float[][] at;

        private final float[][] gradients;

        /// To be filled before [#forward].
        float[] input() {
            return at[0];
        }

        float[] output() {
            return at[at.length - 1];
        }

        /// To be filled before [#backward].
        float[] outputGradient() {
            return gradients[gradients.length - 1];
        }

        /// Overwritten by [#backward].
        float[] inputGradient() {
            return gradients[0];
        }

        private Pass(int[] sizes) {
            at = new float[sizes.length][];
            gradients = new float[sizes.length][];
            for (int layer = 0; layer < sizes.length; layer++) {
                at[layer] = new float[sizes[layer]];
                gradients[layer] = new float[sizes[layer]];
            }
        }
    }

    Pass newPass() {
        return new Pass(sizes);
    }

    /// Runs a row through. O(parameters).
    void forward(Pass pass) {
        int from = 0;
        for (int layer = 1; layer < sizes.length; layer++) {
            int inputs = sizes[layer - 1];
            int units = sizes[layer];
            int biases = from + inputs * units;
            float[] in = pass.at[layer - 1];
            float[] out = pass.at[layer];
            boolean last = layer == sizes.length - 1;
            for (int unit = 0; unit < units; unit++) {
                float sum = Kernels.dot(in, 0, values, from + unit * inputs, inputs) + values[biases + unit];
                out[unit] = last ? sum : Math.max(0, sum);
            }
            from = biases + units;
        }
    }

    /// Adds the gradient by the parameters, given that of the output. O(parameters).
    ///
    /// @param into as long as the values
    void backward(Pass pass, float[] into) {
        int end = values.length;
        for (int layer = sizes.length - 1; layer > 0; layer--) {
            int inputs = sizes[layer - 1];
            int units = sizes[layer];
            int biases = end - units;
            int from = biases - inputs * units;
            float[] in = pass.at[layer - 1];
            float[] below = pass.gradients[layer - 1];
            Arrays.fill(below, 0);
            for (int unit = 0; unit < units; unit++) {
                // What the ReLU held back is stored as 0 and lets no gradient through.
                boolean through = layer == sizes.length - 1 || pass.at[layer][unit] > 0;
                float gradient = pass.gradients[layer][unit];
                if (through && gradient != 0) {
                    into[biases + unit] += gradient;
                    Kernels.axpy(gradient, in, 0, into, from + unit * inputs, inputs);
                    Kernels.axpy(gradient, values, from + unit * inputs, below, 0, inputs);
                }
            }
            end = from;
        }
    }
}
