package dev.palate.agent.turn;

import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.List;

/// The items of a turn before they are grounded.
///
/// @param relaxed true when not all categories could be had at once
/// @param failed true when the recommender gave nothing at all
record Picks(List<RankedItem> items, List<String> degraded, String modelVersion, boolean relaxed, boolean failed) {
    Picks {
        items = List.copyOf(items);
        degraded = List.copyOf(degraded);
    }

    /// The same, made without something more.
    Picks without(String failed) {
        List<String> all = new ArrayList<>(degraded);
        all.add(failed);
        return new Picks(items, all, modelVersion, relaxed, this.failed);
    }
}
