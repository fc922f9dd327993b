package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;

/// Makes raw encodings comparable: takes the mean of those that are not zero away and scales to length 1.
///
/// Raw encodings of one catalog point nearly the same way, so that the inner product of two says little; on the cold
/// films of ml100k raw encodings are no better than chance and centred ones three times as good. The mean is of the
/// items given only, so that nothing of an item that comes later is in it. Immutable and thread-safe. Paper:
/// mu2018allbutthetop, the mean only.
public final class TextCentering {
    private static final double TINY = 1e-6;

    private final float[] mean;

    private TextCentering(float[] mean) {
        this.mean = mean;
    }

    /// The centring of raw encodings; zero rows are texts that are missing and do not count. O(rows × dimension).
    ///
    /// @param raw one row per item, all of one length
    /// @throws IllegalArgumentException when the lengths differ
    public static TextCentering of(float[][] raw) {
        int dimension = raw.length == 0 ? 0 : raw[0].length;
        double[] sum = new double[dimension];
        int known = 0;
        for (float[] row : raw) {
            requireLength(row, dimension);
            boolean zero = isZero(row);
            known += zero ? 0 : 1;
            for (int j = 0; j < dimension && !zero; j++) {
                sum[j] += row[j];
            }
        }
        float[] mean = new float[dimension];
        for (int j = 0; j < dimension && known > 0; j++) {
            mean[j] = (float) (sum[j] / known);
        }
        return new TextCentering(mean);
    }

    /// The length of a vector.
    public int dimension() {
        return mean.length;
    }

    /// The centred unit vector of a raw one, in a new array; zero stays zero, and so does the mean itself.
    public float[] center(float[] raw) {
        float[] target = new float[mean.length];
        center(raw, target, 0);
        return target;
    }

    /// The centred unit vectors of all rows.
    public VectorTable center(float[][] raw) {
        float[] values = new float[Math.multiplyExact(raw.length, mean.length)];
        for (int row = 0; row < raw.length; row++) {
            center(raw[row], values, row * mean.length);
        }
        return new VectorTable(mean.length, values);
    }

    private void center(float[] raw, float[] target, int offset) {
        requireLength(raw, mean.length);
        if (isZero(raw)) {
            return;
        }
        double squared = 0;
        for (int j = 0; j < mean.length; j++) {
            float value = raw[j] - mean[j];
            target[offset + j] = value;
            squared += (double) value * value;
        }
        double length = Math.sqrt(squared);
        Kernels.scale(length < TINY ? 0 : (float) (1 / length), target, offset, mean.length);
    }

    private static void requireLength(float[] row, int dimension) {
        if (row.length != dimension) {
            throw new IllegalArgumentException(
                    "all vectors must have dimension " + dimension + ", one has " + row.length);
        }
    }

    private static boolean isZero(float[] vector) {
        for (float value : vector) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }
}
