package dev.palate.retrieval.embedding.table;

/// Rows of floats in a place too slow to be asked for each one, under a [FrequencyCache].
public interface RowStore {
    /// How many rows there are, numbered from 0.
    int rows();

    /// The length of a row.
    int dimension();

    /// Copies a row out.
    void read(int row, float[] target, int offset);

    /// Overwrites a row.
    void write(int row, float[] source, int offset);
}
