package dev.palate.retrieval.embedding.table;

/// Checks of ids. Stateless.
final class TableIds {
    private TableIds() {}

    /// The id when it is in [0, 2⁶³ − 1].
    static long any(long id) {
        if (id < 0) {
            throw new IllegalArgumentException("id must be in [0, 2^63 - 1], was " + id);
        }
        return id;
    }

    /// The id when the table has a row for it.
    static long known(long id, long rows) {
        if (id < 0 || id >= rows) {
            throw new IllegalArgumentException("id must be in [0, " + rows + "), was " + id
                    + ": a table of any of hash, robe, mem-rec or deep-hash has vectors for all ids");
        }
        return id;
    }

    /// The same as a row of an array.
    static int row(long id, long rows) {
        return (int) known(id, rows);
    }
}
