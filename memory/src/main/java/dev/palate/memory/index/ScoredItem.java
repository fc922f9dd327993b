package dev.palate.memory.index;

import dev.palate.memory.catalog.ItemId;

/// An item found by a search.
///
/// @param score higher is better; what it measures the search says
public record ScoredItem(ItemId item, float score) {}
