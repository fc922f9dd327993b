package dev.palate.memory.theme;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.ItemId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The vocabulary of a catalog, and the themes of each of its items. Immutable and thread-safe.
///
/// @param ofItems the rarest first, at most [ThemeVocabulary#MOST_OF_ITEM]; items without any are left out
public record KnownThemes(ThemeVocabulary vocabulary, Map<ItemId, List<ThemeId>> ofItems) {
    /// Of no catalog.
    public static final KnownThemes NONE = new KnownThemes(ThemeVocabulary.EMPTY, Map.of());

    public KnownThemes {
        ofItems = Map.copyOf(ofItems);
    }

    /// Of a catalog. Two scans; equal lists of themes are held once.
    public static KnownThemes of(Catalog catalog, Set<String> approved) {
        ThemeVocabulary vocabulary = ThemeVocabulary.of(catalog, approved);
        Map<List<ThemeId>, List<ThemeId>> lists = new HashMap<>();
        Map<ItemId, List<ThemeId>> ofItems = new HashMap<>();
        catalog.scan(item -> {
            List<ThemeId> themes = vocabulary.of(item);
            if (!themes.isEmpty()) {
                ofItems.put(item.id(), lists.computeIfAbsent(themes, same -> same));
            }
        });
        return new KnownThemes(vocabulary, ofItems);
    }

    /// The themes of an item.
    public List<ThemeId> of(ItemId item) {
        return ofItems.getOrDefault(item, List.of());
    }
}
