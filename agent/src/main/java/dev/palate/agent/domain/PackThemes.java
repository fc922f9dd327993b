package dev.palate.agent.domain;

import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.candidate.Themes;
import java.util.Optional;
import java.util.Set;

/// The themes of a pack and the people of the catalog, as the recommender needs them: with the items that the catalog
/// holds of each. Thread-safe.
public final class PackThemes implements Themes {
    private static final int MAX_ITEMS = 100_000;

    private final CatalogSnapshots snapshots;

    /// Over the snapshots of the catalog.
    public PackThemes(CatalogSnapshots snapshots) {
        this.snapshots = snapshots;
    }

    @Override
    public Optional<Theme> theme(String id) {
        CatalogSnapshot catalog = snapshots.current();
        return catalog.lexicon().theme(id).map(theme -> {
            Set<ItemId> items = catalog.themeItems(id);
            boolean all = items.size() <= MAX_ITEMS;
            return new Theme(theme.id(), Set.copyOf(theme.tags()), Set.of(), all ? items : Set.of());
        });
    }

    @Override
    public Optional<Theme> person(String name) {
        Set<ItemId> items = snapshots.current().itemsOf(new Mention.Person(name));
        return items.isEmpty() ? Optional.empty() : Optional.of(new Theme("person", Set.of(), Set.of(), items));
    }
}
