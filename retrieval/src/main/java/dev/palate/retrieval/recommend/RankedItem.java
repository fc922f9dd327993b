package dev.palate.retrieval.recommend;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.memory.MemoryId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One place of a slate.
///
/// @param item as the catalog had it when the slate was made
/// @param rank from 1
/// @param score the sum of the parts
/// @param parts signal name → signed share, largest first
/// @param reasons strongest first, at most 3
/// @param memories those that moved it
/// @param explored true when it was drawn by the request's exploration
/// @param propensity how likely it was to stand at this rank, given those before it, in (0, 1]; 1 without exploration
public record RankedItem(
        Item item,
        int rank,
        double score,
        Map<String, Double> parts,
        List<Reason> reasons,
        List<MemoryId> memories,
        boolean explored,
        double propensity) {
    /// Without exploration.
    public RankedItem(
            Item item,
            int rank,
            double score,
            Map<String, Double> parts,
            List<Reason> reasons,
            List<MemoryId> memories) {
        this(item, rank, score, parts, reasons, memories, false, 1);
    }

    public RankedItem {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        reasons = List.copyOf(reasons);
        memories = List.copyOf(memories);
    }
}
