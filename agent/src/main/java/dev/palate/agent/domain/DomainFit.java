package dev.palate.agent.domain;

import dev.palate.memory.catalog.Item;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How a domain pack and a catalog go together. Immutable.
///
/// @param items in the catalog
/// @param described items with a category that the pack has words for
/// @param unnamed categories of the catalog that the pack has no words for, the most used first, at most
///     [#MAX_LISTED]
/// @param absent categories of the pack that no item has
/// @param empty themes of the pack that no item belongs to
/// @param unheld titles of aliases that the catalog lacks
public record DomainFit(
        int items, int described, List<String> unnamed, List<String> absent, List<String> empty, List<String> unheld) {
    /// The most names in a list.
    public static final int MAX_LISTED = 20;

    private static final int FEW = 2;

    public DomainFit {
        unnamed = listed(unnamed);
        absent = listed(absent);
        empty = listed(empty);
        unheld = listed(unheld);
    }

    private static List<String> listed(List<String> all) {
        return List.copyOf(all.subList(0, Math.min(MAX_LISTED, all.size())));
    }

    /// Of these items. Builds a snapshot: one pass over them.
    public static DomainFit of(DomainPack pack, List<Item> items) {
        return of(new CatalogSnapshot(items, Map.of(), new Lexicon(pack)), items);
    }

    static DomainFit of(CatalogSnapshot catalog, List<Item> items) {
        DomainPack pack = catalog.lexicon().pack();
        Map<String, Integer> unnamed = new TreeMap<>();
        int described = 0;
        for (Item item : items) {
            described += item.categories().stream().anyMatch(catalog::named) ? 1 : 0;
            item.categories().stream()
                    .filter(category -> !catalog.named(category))
                    .forEach(category -> unnamed.merge(category, 1, Integer::sum));
        }
        return new DomainFit(
                items.size(),
                described,
                unnamed.entrySet().stream()
                        .sorted(Comparator.comparingInt((Map.Entry<String, Integer> use) -> -use.getValue())
                                .thenComparing(Map.Entry::getKey))
                        .map(Map.Entry::getKey)
                        .toList(),
                pack.categories().stream()
                        .map(DomainPack.CategoryWords::category)
                        .filter(category -> catalog.category(category).isEmpty())
                        .toList(),
                pack.themes().stream()
                        .map(DomainPack.Theme::id)
                        .filter(theme -> catalog.themeItems(theme).isEmpty())
                        .toList(),
                pack.aliases().stream()
                        .map(DomainPack.Alias::title)
                        .filter(title -> catalog.gazetteer()
                                .item(TitleForms.plain(title))
                                .isEmpty())
                        .toList());
    }

    /// True when the pack seems to be of another domain: it describes less than half of a catalog with categories.
    public boolean foreign() {
        return !unnamed.isEmpty() && described * FEW < items;
    }
}
