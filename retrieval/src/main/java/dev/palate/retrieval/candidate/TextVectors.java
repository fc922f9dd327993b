package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import java.util.List;

/// The raw unit text vectors of the items, as far as they are computed. Thread-safe.
public interface TextVectors {
    /// No item has one yet.
    TextVectors NONE = () -> Matrix.EMPTY;

    /// The vectors now; the same object until one is added, changed or removed.
    Matrix current();

    /// All vectors at one moment.
    ///
    /// @param dimension length of a row, 0 when there are no rows
    /// @param ids the item of each row, each once
    /// @param raw row-major, ids × dimension; shared: do not modify
    record Matrix(int dimension, List<ItemId> ids, float[] raw) {
        /// Without a row.
        public static final Matrix EMPTY = new Matrix(0, List.of(), new float[0]);

        public Matrix {
            ids = List.copyOf(ids);
            Require.range("length of the matrix", raw.length, ids.size() * dimension, ids.size() * dimension);
        }
    }
}
