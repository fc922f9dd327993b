package dev.palate.retrieval.recommend;

import java.util.List;
import java.util.Map;

/// A recommended list.
///
/// @param items in order of rank, all of them in the catalog, visible and within the constraints
/// @param degraded the sources that failed or were late, by name
/// @param modelVersion the collaborative model used, empty when none
/// @param candidates how many candidates were ranked
/// @param passedOver category → how many candidates its quota kept off the list
public record Slate(
        List<RankedItem> items,
        List<String> degraded,
        String modelVersion,
        int candidates,
        Map<String, Integer> passedOver) {
    public Slate {
        items = List.copyOf(items);
        degraded = List.copyOf(degraded);
        passedOver = Map.copyOf(passedOver);
    }
}
