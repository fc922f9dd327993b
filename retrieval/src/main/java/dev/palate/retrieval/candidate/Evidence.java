package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import java.util.List;

/// Why a source likes an item, as a phrase and as what it rests on.
///
/// @param text a short phrase in English, at most 300 characters; empty when there is nothing to say
/// @param items named in the phrase
/// @param memories that moved the item, whichever way
public record Evidence(String text, List<ItemId> items, List<MemoryId> memories) {
    /// Nothing to say.
    public static final Evidence NONE = new Evidence("", List.of(), List.of());

    public Evidence {
        Require.text("evidence", text, 0, 300);
        items = List.copyOf(items);
        memories = List.copyOf(memories);
    }

    /// A phrase that rests on nothing named.
    static Evidence of(String text) {
        return new Evidence(text, List.of(), List.of());
    }

    /// A phrase that names items.
    static Evidence naming(String text, List<ItemId> items) {
        return new Evidence(text, items, List.of());
    }
}
