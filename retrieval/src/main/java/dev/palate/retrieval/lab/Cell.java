package dev.palate.retrieval.lab;

import dev.palate.retrieval.embedding.table.TableSpec;
import java.util.Map;
import java.util.TreeMap;

/// What came of one table of one size and seed, as the journal keeps it.
///
/// @param key which one
/// @param spec what it was in the end
/// @param bytes resident, of the item table alone
/// @param diskBytes of its file
/// @param ratio bytes of the full table over its bytes
/// @param metrics by name
/// @param trainSeconds computed by its own training: for a table that is made of the full one without the
///     latter's
/// @param uniform of lookups of ids that are all as likely
/// @param zipf of lookups of ids as frequent as their place says
/// @param remark what else is to be known; may be empty
public record Cell(
        CellKey key,
        TableSpec spec,
        long bytes,
        long diskBytes,
        double ratio,
        Map<String, Double> metrics,
        double trainSeconds,
        LookupSample uniform,
        LookupSample zipf,
        String remark) {
    /// Copies the map, in order of names.
    public Cell {
        metrics = new TreeMap<>(metrics);
    }

    /// Whether it is as small as was asked for.
    public boolean fits() {
        return key.ratio() == 0 || ratio >= key.ratio() * (1 - 1e-9);
    }
}
