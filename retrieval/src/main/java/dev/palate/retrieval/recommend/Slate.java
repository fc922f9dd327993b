package dev.palate.retrieval.recommend;

import java.util.List;

/// A recommended list.
///
/// @param items in order of rank, all of them in the catalog, visible and within the constraints
/// @param degraded the sources that failed or were late, by name
/// @param modelVersion the collaborative model used, empty when none
/// @param candidates how many candidates were ranked
public record Slate(List<RankedItem> items, List<String> degraded, String modelVersion, int candidates) {
    public Slate {
        items = List.copyOf(items);
        degraded = List.copyOf(degraded);
    }
}
