package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import java.util.SplittableRandom;

/// Deep hash embedding (`kang2021dhe`), the compute path of `hsia2023mprec`: no rows at all; many hashes
/// of the id, each a number in [−1, 1], go through a network of ReLU layers whose output is the vector.
/// Any id has a vector. A lookup costs hashes · width + (layers − 1) · width² + width · dimension
/// multiplications and allocates two arrays of the width: put the frequent ones into a
/// [MaterialisedTable].
///
/// | paper | code |
/// |---|---|
/// | k hashes, uniform transform | [#encode] |
/// | decoder: h hidden layers of d_NN units, then a linear one | `layers` of `width`; [#lookup] |
///
/// The paper's activation is Mish and its hash linear modulo a prime; reproductions found ReLU no worse,
/// and the hash here is [Hashes].
final class DeepHashTable extends ParameterTable {
    private final TableSpec.DeepHash spec;
    private final long[] functions;

    DeepHashTable(TableSpec.DeepHash spec, float[] values) {
        super(values, spec.parameters());
        this.spec = spec;
        functions = new long[spec.hashes()];
        for (int j = 0; j < functions.length; j++) {
            functions[j] = Hashes.seed(spec.seed(), j);
        }
    }

    /// Weights as large as keep the size of what goes through, the last ones so that vectors begin as
    /// those of the other tables; zero biases.
    static float[] fresh(TableSpec.DeepHash spec) {
        float[] values = new float[Math.toIntExact(spec.parameters())];
        SplittableRandom random = new SplittableRandom(spec.seed());
        int at = 0;
        for (int layer = 0; layer <= spec.layers(); layer++) {
            int inputs = inputs(spec, layer);
            int outputs = outputs(spec, layer);
            // A hash has the variance 1/3, what leaves a ReLU layer of these weights has the mean square of a hash.
            double deviation = layer < spec.layers()
                    ? Math.sqrt(2.0 / inputs)
                    : 0.3 / Math.sqrt(spec.dimension()) / Math.sqrt(inputs);
            for (int i = 0; i < inputs * outputs; i++) {
                values[at + i] = (float) (random.nextGaussian() * deviation);
            }
            at += (inputs + 1) * outputs;
        }
        return values;
    }

    private static int inputs(TableSpec.DeepHash spec, int layer) {
        return layer == 0 ? spec.hashes() : spec.width();
    }

    private static int outputs(TableSpec.DeepHash spec, int layer) {
        return layer == spec.layers() ? spec.dimension() : spec.width();
    }

    @Override
    public TableSpec spec() {
        return spec;
    }

    private float[] encode(long id) {
        float[] codes = new float[functions.length];
        for (int j = 0; j < codes.length; j++) {
            codes[j] = Hashes.unit(id, functions[j]);
        }
        return codes;
    }

    /// What enters each layer.
    private float[][] forward(long id) {
        float[][] inputs = new float[spec.layers() + 1][];
        inputs[0] = encode(TableIds.any(id));
        int at = 0;
        for (int layer = 0; layer < spec.layers(); layer++) {
            float[] output = new float[spec.width()];
            at = apply(layer, at, inputs[layer], output, 0);
            for (int i = 0; i < output.length; i++) {
                output[i] = Math.max(0, output[i]);
            }
            inputs[layer + 1] = output;
        }
        return inputs;
    }

    /// Writes what leaves a layer before the ReLU; returns where the next one's weights begin.
    private int apply(int layer, int at, float[] input, float[] target, int offset) {
        int outputs = outputs(spec, layer);
        int biases = at + input.length * outputs;
        for (int i = 0; i < outputs; i++) {
            target[offset + i] =
                    Kernels.dot(input, 0, values, at + i * input.length, input.length) + values[biases + i];
        }
        return biases + outputs;
    }

    private int lastLayerFrom() {
        return values.length - (inputs(spec, spec.layers()) + 1) * spec.dimension();
    }

    @Override
    public void lookup(long id, float[] target, int offset) {
        int next = apply(spec.layers(), lastLayerFrom(), forward(id)[spec.layers()], target, offset);
        assert next == values.length;
    }

    @Override
    public void accumulate(long id, float[] gradient, int offset, TableGradient into) {
        float[][] inputs = forward(id);
        float[] outputGradient = new float[spec.dimension()];
        System.arraycopy(gradient, offset, outputGradient, 0, outputGradient.length);
        int end = values.length;
        for (int layer = spec.layers(); layer >= 0; layer--) {
            float[] input = inputs[layer];
            int outputs = outputGradient.length;
            int biases = end - outputs;
            int at = biases - input.length * outputs;
            float[] inputGradient = new float[input.length];
            for (int i = 0; i < outputs; i++) {
                if (outputGradient[i] != 0) {
                    into.add(at + i * input.length, outputGradient[i], input, 0, input.length);
                    Kernels.axpy(outputGradient[i], values, at + i * input.length, inputGradient, 0, input.length);
                }
            }
            into.add(biases, 1, outputGradient, 0, outputs);
            for (int i = 0; i < input.length; i++) {
                // What the ReLU held back was stored as 0; the codes below the first layer need no gradient.
                inputGradient[i] = input[i] > 0 ? inputGradient[i] : 0;
            }
            outputGradient = inputGradient;
            end = at;
        }
    }
}
