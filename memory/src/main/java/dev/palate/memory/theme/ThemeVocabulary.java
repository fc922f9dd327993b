package dev.palate.memory.theme;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The themes there are: the catalog's categories, the tags of at least [#FEWEST_ITEMS] items, and the tags that the
/// operator approved. Immutable and thread-safe.
public final class ThemeVocabulary {
    /// A tag of fewer items is no theme by itself: a rare one can be somebody's words.
    public static final int FEWEST_ITEMS = 20;
    /// The most themes; of more the commonest.
    public static final int MOST = 2_048;
    /// The most themes of one item, the rarest first: these tell most.
    public static final int MOST_OF_ITEM = 8;
    /// The longest word that can be a theme.
    public static final int LONGEST = 60;

    /// No themes.
    public static final ThemeVocabulary EMPTY = new ThemeVocabulary(Map.of());

    private record Theme(ThemeId id, int items) {}

    private final Map<String, Theme> themes;

    private ThemeVocabulary(Map<String, Theme> themes) {
        this.themes = Map.copyOf(themes);
    }

    /// Of a catalog. One scan.
    ///
    /// @param approved tags that are themes however few items have them, at most [#MOST]
    public static ThemeVocabulary of(Catalog catalog, Set<String> approved) {
        Require.range("number of approved words", approved.size(), 0, MOST);
        Map<String, Integer> counts = new HashMap<>();
        catalog.scan(item -> names(item).forEach(name -> counts.merge(name, 1, Integer::sum)));
        Set<String> allowed =
                approved.stream().map(word -> "tag:" + folded(word)).collect(Collectors.toSet());
        Map<String, Theme> themes = new HashMap<>();
        counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("category:")
                        || entry.getValue() >= FEWEST_ITEMS
                        || allowed.contains(entry.getKey()))
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .forEach(entry -> themes.put(entry.getKey(), new Theme(new ThemeId(entry.getKey()), entry.getValue())));
        return new ThemeVocabulary(themes);
    }

    /// The theme of this name, absent when the vocabulary has none.
    public Optional<ThemeId> theme(String name) {
        return Optional.ofNullable(themes.get(name)).map(Theme::id);
    }

    /// The themes of an item, the rarest first, at most [#MOST_OF_ITEM].
    public List<ThemeId> of(Item item) {
        List<Theme> found = new ArrayList<>();
        for (String name : names(item)) {
            Theme theme = themes.get(name);
            if (theme != null) {
                found.add(theme);
            }
        }
        return found.stream()
                .sorted(Comparator.comparingInt(Theme::items).thenComparing(Theme::id))
                .limit(MOST_OF_ITEM)
                .map(Theme::id)
                .toList();
    }

    /// All of them, by name.
    public List<ThemeId> all() {
        return themes.values().stream().map(Theme::id).sorted().toList();
    }

    /// Those of the most items, at most so many, the commonest first.
    public List<ThemeId> commonest(int most) {
        return themes.values().stream()
                .sorted(Comparator.comparingInt(Theme::items).reversed().thenComparing(Theme::id))
                .limit(most)
                .map(Theme::id)
                .toList();
    }

    /// How many there are.
    public int size() {
        return themes.size();
    }

    /// What an item's categories and tags are called as themes, whether or not they are any; each once.
    public static Set<String> names(Item item) {
        Set<String> names = new LinkedHashSet<>();
        item.categories().forEach(category -> add("category:", category, names));
        item.tags().forEach(tag -> add("tag:", tag, names));
        return names;
    }

    private static void add(String kind, String word, Set<String> names) {
        String folded = folded(word);
        if (!folded.isEmpty() && folded.length() <= LONGEST) {
            names.add(kind + folded);
        }
    }

    private static String folded(String word) {
        return word.strip().toLowerCase(Locale.ROOT);
    }
}
