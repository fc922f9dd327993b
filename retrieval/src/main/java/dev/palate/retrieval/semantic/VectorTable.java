package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;

/// Vectors of items, one per item row; an item without text has zeros and is close to nothing. Thread-safe as long
/// as nobody writes to the array, which is shared, not copied.
///
/// @param dimension length of a vector, 0 only when there are no values
/// @param values row-major
public record VectorTable(int dimension, float[] values) {
    /// Of no item.
    public static final VectorTable EMPTY = new VectorTable(0, new float[0]);

    /// @throws IllegalArgumentException when the values are not whole rows
    public VectorTable {
        if (dimension < 0 || (dimension == 0 ? values.length > 0 : values.length % dimension != 0)) {
            throw new IllegalArgumentException(
                    "values must be whole rows of dimension " + dimension + ", were " + values.length + " values");
        }
    }

    /// The number of rows.
    public int size() {
        return dimension == 0 ? 0 : values.length / dimension;
    }

    /// True when the row has a vector.
    public boolean knows(int row) {
        for (int at = row * dimension; at < (row + 1) * dimension; at++) {
            if (values[at] != 0) {
                return true;
            }
        }
        return false;
    }

    /// A copy of a row.
    public float[] row(int row) {
        float[] copy = new float[dimension];
        System.arraycopy(values, row * dimension, copy, 0, dimension);
        return copy;
    }

    /// The inner product of two rows; of unit vectors their cosine.
    public float cosine(int row, int other) {
        return Kernels.dot(values, row * dimension, values, other * dimension, dimension);
    }

    /// The inner product of a row with a vector of this dimension.
    public float dot(int row, float[] vector) {
        return Kernels.dot(values, row * dimension, vector, 0, dimension);
    }

    /// Adds `factor` times the row to the target.
    public void add(float factor, int row, float[] target) {
        add(factor, row, target, 0);
    }

    /// Adds `factor` times the row to the target from a place on.
    void add(float factor, int row, float[] target, int offset) {
        Kernels.axpy(factor, values, row * dimension, target, offset, dimension);
    }

    /// Copies the row to the target from a place on.
    public void copyTo(int row, float[] target, int offset) {
        System.arraycopy(values, row * dimension, target, offset, dimension);
    }

    /// The same with every row scaled to length 1; zero rows stay zero.
    public VectorTable unit() {
        float[] scaled = values.clone();
        for (int row = 0; row < size(); row++) {
            UnitVectors.normalise(scaled, row * dimension, dimension);
        }
        return new VectorTable(dimension, scaled);
    }

    /// The rows given, in their order, as a table of their own.
    public VectorTable select(int[] rows) {
        float[] selected = new float[Math.multiplyExact(rows.length, dimension)];
        for (int at = 0; at < rows.length; at++) {
            System.arraycopy(values, rows[at] * dimension, selected, at * dimension, dimension);
        }
        return new VectorTable(dimension, selected);
    }
}
