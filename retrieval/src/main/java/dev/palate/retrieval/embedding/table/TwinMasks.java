package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import java.util.SplittableRandom;

/// How many values of a row are needed, learnt from how frequent the row is (`yan2021amtl`): two small
/// networks, one led by the frequent rows and one by the rare, are mixed by frequency, and the width is
/// the best of their softmax. The choice is a step, so its gradient is taken as the softmax's
/// (straight-through, `bengio2013estimating`).
///
/// The networks' weights are a stretch of the table's parameters. Immutable but for those.
///
/// | paper | code |
/// |---|---|
/// | s_i: frequency features | [#features]: standardised log count, rank in [−1, 1] |
/// | h-AML, l-AML | two networks 2 → tanh `hidden` → `dimension`, one after the other from `from` |
/// | α_i | [#share]: sigmoid of the standardised log count |
/// | z_i, p_i = softmax(z_i / T), t_i = onehot(argmax) | [#mixed], [#probabilities], [#width] |
///
/// The form of α is recalled, not read. Both networks begin by choosing the full width.
final class TwinMasks {
    private static final int FEATURES = 2;

    private final int dimension;
    private final int hidden;
    private final double temperature;
    private final int from;
    private final float[] values;
    private final int[] counts;
    private final double mean;
    private final double deviation;

    /// @param from where the networks' weights begin among the values
    TwinMasks(TableSpec.Masked spec, float[] values, int from, int[] counts) {
        dimension = spec.dimension();
        hidden = spec.hidden();
        temperature = spec.temperature();
        this.from = from;
        this.values = values;
        this.counts = counts;
        double sum = 0;
        double squares = 0;
        for (int count : counts) {
            double log = Math.log1p(count);
            sum += log;
            squares += log * log;
        }
        mean = sum / counts.length;
        double variance = squares / counts.length - mean * mean;
        deviation = variance > 1e-9 ? Math.sqrt(variance) : 1;
    }

    /// The weights of one network.
    static long parameters(long hidden, int dimension) {
        return (FEATURES + 1) * hidden + (hidden + 1) * dimension;
    }

    static void fillFresh(TableSpec.Masked spec, float[] values, int from, SplittableRandom random) {
        int size = (int) parameters(spec.hidden(), spec.dimension());
        for (int twin = 0; twin < 2; twin++) {
            int at = from + twin * size;
            for (int i = 0; i < FEATURES * spec.hidden(); i++) {
                values[at + i] = (float) (random.nextGaussian() * 0.5);
            }
            int second = at + (FEATURES + 1) * spec.hidden();
            for (int i = 0; i < spec.hidden() * spec.dimension(); i++) {
                values[second + i] = (float) (random.nextGaussian() * 0.01);
            }
            values[at + size - 1] = 1;
        }
    }

    private double standardised(int row) {
        return (Math.log1p(counts[row]) - mean) / deviation;
    }

    private float[] features(int row) {
        float rank = counts.length == 1 ? 0 : 2f * row / (counts.length - 1) - 1;
        return new float[] {(float) standardised(row), rank};
    }

    private float share(int row) {
        return (float) (1 / (1 + Math.exp(-standardised(row))));
    }

    private int network(int twin) {
        return from + twin * (int) parameters(hidden, dimension);
    }

    private float[] hiddenUnits(int twin, float[] features) {
        float[] units = new float[hidden];
        int at = network(twin);
        for (int i = 0; i < hidden; i++) {
            float sum = values[at + FEATURES * hidden + i];
            for (int f = 0; f < FEATURES; f++) {
                sum += values[at + i * FEATURES + f] * features[f];
            }
            units[i] = (float) Math.tanh(sum);
        }
        return units;
    }

    private int second(int twin) {
        return network(twin) + (FEATURES + 1) * hidden;
    }

    /// One number for each width.
    private float[] mixed(int row, float[][] units) {
        float[] mixed = new float[dimension];
        float share = share(row);
        for (int twin = 0; twin < 2; twin++) {
            float part = twin == 0 ? share : 1 - share;
            int at = second(twin);
            for (int k = 0; k < dimension; k++) {
                float output = Kernels.dot(units[twin], 0, values, at + k * hidden, hidden)
                        + values[at + hidden * dimension + k];
                mixed[k] += part * output;
            }
        }
        return mixed;
    }

    private float[][] units(int row) {
        float[] features = features(row);
        return new float[][] {hiddenUnits(0, features), hiddenUnits(1, features)};
    }

    /// How many values the row has now, in [1, dimension].
    int width(int row) {
        float[] mixed = mixed(row, units(row));
        int best = 0;
        for (int k = 1; k < dimension; k++) {
            best = mixed[k] > mixed[best] ? k : best;
        }
        return best + 1;
    }

    /// How probable each width is: entry k of width k + 1.
    float[] probabilities(int row) {
        return softmax(mixed(row, units(row)));
    }

    private float[] softmax(float[] mixed) {
        float most = Float.NEGATIVE_INFINITY;
        for (float value : mixed) {
            most = Math.max(most, value);
        }
        float[] probabilities = new float[dimension];
        double sum = 0;
        for (int k = 0; k < dimension; k++) {
            probabilities[k] = (float) Math.exp((mixed[k] - most) / temperature);
            sum += probabilities[k];
        }
        Kernels.scale((float) (1 / sum), probabilities, 0, dimension);
        return probabilities;
    }

    /// Adds the gradient of the networks' weights.
    ///
    /// @param ofChoice gradient of the loss by the choice of each width, as if choices were numbers
    void accumulate(int row, float[] ofChoice, TableGradient into) {
        float[][] units = units(row);
        float[] probabilities = softmax(mixed(row, units));
        float mean = Kernels.dot(probabilities, 0, ofChoice, 0, dimension);
        float[] ofMixed = new float[dimension];
        for (int k = 0; k < dimension; k++) {
            ofMixed[k] = (float) (probabilities[k] * (ofChoice[k] - mean) / temperature);
        }
        float share = share(row);
        float[] features = features(row);
        for (int twin = 0; twin < 2; twin++) {
            float part = twin == 0 ? share : 1 - share;
            int at = second(twin);
            float[] ofUnits = new float[hidden];
            for (int k = 0; k < dimension; k++) {
                into.add(at + k * hidden, part * ofMixed[k], units[twin], 0, hidden);
                Kernels.axpy(part * ofMixed[k], values, at + k * hidden, ofUnits, 0, hidden);
            }
            into.add(at + hidden * dimension, part, ofMixed, 0, dimension);
            float[] ofFirst = new float[(FEATURES + 1) * hidden];
            for (int i = 0; i < hidden; i++) {
                float ofSum = ofUnits[i] * (1 - units[twin][i] * units[twin][i]);
                for (int f = 0; f < FEATURES; f++) {
                    ofFirst[i * FEATURES + f] = ofSum * features[f];
                }
                ofFirst[FEATURES * hidden + i] = ofSum;
            }
            into.add(network(twin), 1, ofFirst, 0, ofFirst.length);
        }
    }
}
