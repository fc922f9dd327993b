package dev.palate.memory.index;

import dev.palate.memory.change.ChangeNumber;
import org.jspecify.annotations.Nullable;

/// How far the indexes are.
///
/// @param applied the last change that searches see
/// @param latest the last change of the truth
/// @param rebuilding true while an index is built anew
/// @param rebuildProgress of that, in [0, 1]; 1 when nothing is rebuilt
/// @param items in the index
/// @param itemsPending of them without a vector yet
/// @param memories in the index
/// @param memoriesPending of them without a vector yet
/// @param encoding the id of the encoding version in force
/// @param vectorFormat how vectors are kept for the graph search
/// @param rewriteProgress the share of documents in that format already, in [0, 1]
/// @param changingEncoder true until everything has its vector of a new encoder
/// @param degraded true while searches by meaning see less than all because the earlier encoder is not there
/// @param failure what keeps the index from going on, absent when all is well
public record IndexStatus(
        ChangeNumber applied,
        ChangeNumber latest,
        boolean rebuilding,
        double rebuildProgress,
        long items,
        long itemsPending,
        long memories,
        long memoriesPending,
        String encoding,
        VectorFormat vectorFormat,
        double rewriteProgress,
        boolean changingEncoder,
        boolean degraded,
        @Nullable String failure) {
    /// How many changes the indexes are behind.
    public long lag() {
        return Math.max(0, latest.value() - applied.value());
    }

    /// The share of items and memories that have their vector, in [0, 1]; 1 when there are none.
    public double encodingProgress() {
        long all = items + memories;
        return all == 0 ? 1 : 1 - (itemsPending + memoriesPending) / (double) all;
    }
}
