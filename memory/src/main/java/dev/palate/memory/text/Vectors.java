package dev.palate.memory.text;

/// Arithmetic on whole vectors that encoding and centring share. Stateless; O(dimension).
final class Vectors {
    /// Below this length a vector is noise of rounding and counts as zero.
    private static final double TINY = 1e-6;

    private Vectors() {}

    /// Scales the vector to length 1 in place; one shorter than 1e-6 becomes zero.
    ///
    /// @return the same array
    static float[] normalize(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        double length = Math.sqrt(sum);
        float scale = length < TINY ? 0 : (float) (1 / length);
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
        return vector;
    }
}
