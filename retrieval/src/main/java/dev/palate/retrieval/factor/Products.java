package dev.palate.retrieval.factor;

import dev.palate.memory.vector.ByteRows;

/// The scores of one history as inner products of a vector with fixed rows, made where they are asked for. Immutable
/// and thread-safe.
///
/// @param rows one per item
/// @param query of the history; shared: nobody may write to it
/// @param less subtracted from every product
public record Products(ByteRows rows, float[] query, float less) {
    /// The score of an item, bit for bit what [Scorer#score] writes.
    public float of(int item) {
        return rows.product(item, query) - less;
    }

    /// The open items with the highest scores above 0, best first, equal ones by lower row.
    ///
    /// @param open at least as long as there are items
    public int[] best(boolean[] open, int count) {
        return rows.best(query, less, open, 0, count);
    }
}
