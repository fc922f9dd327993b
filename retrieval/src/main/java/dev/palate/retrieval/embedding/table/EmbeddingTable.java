package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.ModelFile.Section;
import java.util.Map;

/// A vector for every id. A table is a function of its parameters, numbered from 0: [#accumulate] gives
/// the gradient of a loss by the parameters, [#adjust] changes them, so one optimiser trains any table.
///
/// Looking up is thread-safe, and allocates nothing but where a table says so, as long as nobody adjusts;
/// adjusting wants to be alone. The same id, spec and parameters give the same vector on every machine of
/// one vector width, so that nodes agree without a map of ids.
public sealed interface EmbeddingTable
        permits ParameterTable, QuantisedTable, ProductQuantisedTable, HotColdTable, MaterialisedTable {
    /// What it is: enough to make it again, but for its parameters.
    TableSpec spec();

    /// The length of its vectors.
    default int dimension() {
        return spec().dimension();
    }

    /// Writes the vector of an id.
    ///
    /// @param id in [0, [TableSpec#lastId]]
    /// @param target overwritten from `offset` on, [#dimension] values
    /// @throws IllegalArgumentException when the id is out of range
    void lookup(long id, float[] target, int offset);

    /// Writes the vectors of the first `count` ids, one a row.
    ///
    /// @throws IllegalArgumentException when an id is out of range
    default void lookup(long[] ids, int count, float[] target) {
        for (int i = 0; i < count; i++) {
            lookup(ids[i], target, i * dimension());
        }
    }

    /// How many parameters can be trained.
    int parameterCount();

    /// Adds the gradient of a loss by the parameters, given that by the vector of an id. Reads only;
    /// thread-safe on different targets.
    ///
    /// @param gradient [#dimension] values from `offset` on
    void accumulate(long id, float[] gradient, int offset, TableGradient into);

    /// Adds the first `length` values of `delta` to the parameters from number `from` on.
    void adjust(int from, float[] delta, int length);

    /// The bytes of everything that looking up needs, equal to [TableSpec#bytes]: without object headers,
    /// the few numbers that hash functions are, and what only training needs.
    long residentBytes();

    /// Everything but the spec, by name, as [EmbeddingTables] writes it; the arrays are those in use.
    Map<String, Section> sections();
}
