package dev.palate.retrieval.sequence;

/// A text vector per item row, as training takes it: centred, of unit mean norm; zero for an item without a
/// text.
///
/// @param dimension of a vector, in [1, 8192]
/// @param values row-major; shared: do not modify
public record ItemTexts(int dimension, float[] values) {
    /// @throws IllegalArgumentException when the sizes do not fit
    public ItemTexts {
        SequenceShape.requireRange("dimension of texts", dimension, 1, 8_192);
        if (values.length % dimension != 0) {
            throw new IllegalArgumentException(
                    "text vectors must be a multiple of " + dimension + " long, were " + values.length);
        }
    }

    /// Subtracts the mean of the items that have a text and divides by the root of the mean squared length.
    ///
    /// @param raw one per item row, all of one length; all 0 for an item without a text; not modified
    /// @throws IllegalArgumentException when there is no row, or lengths differ
    public static ItemTexts centred(float[][] raw) {
        if (raw.length == 0) {
            throw new IllegalArgumentException("texts need at least one item, had none");
        }
        int dimension = raw[0].length;
        double[] mean = new double[dimension];
        boolean[] told = new boolean[raw.length];
        int count = 0;
        for (int row = 0; row < raw.length; row++) {
            if (raw[row].length != dimension) {
                throw new IllegalArgumentException("text vectors must have one length, but row " + row + " has "
                        + raw[row].length + " values and row 0 has " + dimension);
            }
            for (float value : raw[row]) {
                told[row] |= value != 0;
            }
            if (told[row]) {
                count++;
                for (int i = 0; i < dimension; i++) {
                    mean[i] += raw[row][i];
                }
            }
        }
        float[] values = new float[Math.multiplyExact(raw.length, dimension)];
        double squares = 0;
        for (int row = 0; row < raw.length; row++) {
            for (int i = 0; told[row] && i < dimension; i++) {
                double centred = raw[row][i] - mean[i] / count;
                values[row * dimension + i] = (float) centred;
                squares += centred * centred;
            }
        }
        float scale = squares == 0 ? 1 : (float) Math.sqrt(count / squares);
        for (int i = 0; i < values.length; i++) {
            values[i] *= scale;
        }
        return new ItemTexts(dimension, values);
    }

    /// The number of items.
    public int itemCount() {
        return values.length / dimension;
    }
}
