package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;

/// Rows scaled to length 1, with the way back for gradients.
///
/// @param values row-major
/// @param lengths of the rows before
record UnitVectors(int dimension, float[] values, float[] lengths) {
    private static final double TINY = 1e-12;

    static UnitVectors of(float[] rows, int dimension) {
        float[] values = rows.clone();
        float[] lengths = new float[rows.length / dimension];
        for (int row = 0; row < lengths.length; row++) {
            lengths[row] = normalise(values, row * dimension, dimension);
        }
        return new UnitVectors(dimension, values, lengths);
    }

    /// Scales one row in place; a zero row stays zero.
    ///
    /// @return its length before
    static float normalise(float[] values, int offset, int dimension) {
        double squared = 0;
        for (int j = offset; j < offset + dimension; j++) {
            squared += (double) values[j] * values[j];
        }
        Kernels.scale(squared < TINY ? 0 : (float) (1 / Math.sqrt(squared)), values, offset, dimension);
        return (float) Math.sqrt(squared);
    }

    /// Turns the gradients of the unit vectors into those of the rows before: only what is across a unit vector moves
    /// it.
    float[] backward(float[] gradient) {
        float[] before = gradient.clone();
        for (int row = 0; row < lengths.length; row++) {
            int at = row * dimension;
            float along = Kernels.dot(gradient, at, values, at, dimension);
            Kernels.axpy(-along, values, at, before, at, dimension);
            Kernels.scale(lengths[row] < Math.sqrt(TINY) ? 0 : 1 / lengths[row], before, at, dimension);
        }
        return before;
    }
}
