package dev.palate.memory.text;

import dev.palate.memory.Require;

/// The running mean of raw vectors, from which an [EncodingVersion] is fixed. Zero vectors do not count.
/// Not thread-safe; O(dimension) a vector. Paper: mu2018allbutthetop, the mean only.
public final class Centering {
    private final String model;
    private final double[] sum;
    private long texts;

    /// For the vectors of the encoder.
    public Centering(TextEncoder encoder) {
        model = encoder.version();
        sum = new double[encoder.dimension()];
    }

    /// Counts the raw vector in.
    public Centering add(float[] raw) {
        return add(raw, 0);
    }

    /// Counts in the raw vector that starts at the place given of a row-major matrix.
    public Centering add(float[] matrix, int offset) {
        Require.range("offset", offset, 0, matrix.length - sum.length);
        boolean zero = true;
        for (int i = 0; i < sum.length; i++) {
            float value = matrix[offset + i];
            zero &= value == 0;
            sum[i] += value;
        }
        texts += zero ? 0 : 1;
        return this;
    }

    /// How many vectors were counted.
    public long texts() {
        return texts;
    }

    /// The version with the mean of what was counted; uncentred when that was nothing.
    public EncodingVersion version() {
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length && texts > 0; i++) {
            mean[i] = (float) (sum[i] / texts);
        }
        return new EncodingVersion(model, texts, mean);
    }
}
