package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The catalog as it was at one moment, one row per item in the order of ids, with what filters and sources ask of
/// it.
/// Immutable and thread-safe. Built in O(items + categories + tags).
public final class CatalogSnapshot {
    /// The year of an item that has none.
    public static final int NO_YEAR = Integer.MIN_VALUE;

    private static final int MAX_CACHED_THEMES = 256;
    private static final int MAX_CACHED_ATTRIBUTES = 16;

    private final List<Item> items;
    private final Map<ItemId, Integer> rows;
    private final Map<String, Integer> rowsOfSlots;
    private final int[] years;
    private final BitSet sometimesShown = new BitSet();
    private final Postings categories;
    private final Postings tags;
    private final Map<Themes.Theme, BitSet> themes = new ConcurrentHashMap<>();
    private final Map<String, double[]> numbers = new ConcurrentHashMap<>();

    private CatalogSnapshot(List<Item> items) {
        this.items = items;
        rows = HashMap.newHashMap(items.size());
        rowsOfSlots = HashMap.newHashMap(items.size());
        years = new int[items.size()];
        List<List<String>> categoriesOfRow = new ArrayList<>(items.size());
        List<List<String>> tagsOfRow = new ArrayList<>(items.size());
        for (int row = 0; row < items.size(); row++) {
            Item item = items.get(row);
            rows.put(item.id(), row);
            rowsOfSlots.putIfAbsent(item.id().value().toLowerCase(Locale.ROOT), row);
            Integer year = item.year();
            years[row] = year == null ? NO_YEAR : year;
            if (item.hidden() || item.availableFrom() != null || item.availableTo() != null) {
                sometimesShown.set(row);
            }
            categoriesOfRow.add(item.categories());
            tagsOfRow.add(item.tags());
        }
        categories = Postings.of(categoriesOfRow);
        tags = Postings.of(tagsOfRow);
    }

    /// Of the items given, in any order, hidden ones too.
    ///
    /// @throws IllegalArgumentException when two have the same id
    public static CatalogSnapshot of(Collection<Item> items) {
        List<Item> sorted =
                items.stream().sorted(Comparator.comparing(Item::id)).toList();
        for (int row = 1; row < sorted.size(); row++) {
            if (sorted.get(row).id().equals(sorted.get(row - 1).id())) {
                throw new IllegalArgumentException("items must have different ids, two have "
                        + sorted.get(row).id());
            }
        }
        return new CatalogSnapshot(sorted);
    }

    /// The same with some items replaced or added and others removed.
    CatalogSnapshot with(Map<ItemId, Item> changed, Collection<ItemId> removed) {
        Map<ItemId, Item> next = HashMap.newHashMap(items.size() + changed.size());
        items.forEach(item -> next.put(item.id(), item));
        removed.forEach(next::remove);
        next.putAll(changed);
        return of(next.values());
    }

    /// The number of rows.
    public int size() {
        return items.size();
    }

    /// The item of a row.
    public Item item(int row) {
        return items.get(row);
    }

    /// All items by row.
    public List<Item> items() {
        return items;
    }

    /// The row of an item, -1 when the catalog does not have it.
    public int row(ItemId id) {
        return rows.getOrDefault(id, -1);
    }

    /// The row of the item that a `title` slot names, -1 when there is none. Slots are in lower case, ids need not
    /// be.
    public int rowOfSlot(String value) {
        return rowsOfSlots.getOrDefault(value, -1);
    }

    /// The rows of those of the items that the catalog has, in order, each once: of repeated ones the last stays.
    public int[] rowsOf(List<ItemId> ids) {
        LinkedHashSet<Integer> kept = new LinkedHashSet<>();
        for (ItemId id : ids) {
            int row = row(id);
            if (row >= 0) {
                kept.remove(row);
                kept.add(row);
            }
        }
        return kept.stream().mapToInt(Integer::intValue).toArray();
    }

    /// The rows whose item may be shown at the time, in a set of the caller's own.
    public BitSet visibleAt(Instant now) {
        BitSet visible = new BitSet(size());
        visible.set(0, size());
        sometimesShown.stream().filter(row -> !items.get(row).visibleAt(now)).forEach(visible::clear);
        return visible;
    }

    /// The year of a row, or [#NO_YEAR].
    public int year(int row) {
        return years[row];
    }

    /// A numeric attribute by row, NaN where an item has none; shared: do not modify. O(items) the first time, then
    /// kept for the first 16 attributes asked for.
    public double[] numbers(String attribute) {
        double[] known = numbers.get(attribute);
        if (known != null) {
            return known;
        }
        double[] read = items.stream()
                .mapToDouble(item -> NumberRange.of(item, attribute))
                .toArray();
        if (numbers.size() < MAX_CACHED_ATTRIBUTES) {
            numbers.put(attribute, read);
        }
        return read;
    }

    /// The categories in lower case.
    public Postings categories() {
        return categories;
    }

    /// The tags in lower case.
    public Postings tags() {
        return tags;
    }

    /// The rows a theme covers; shared: do not modify. O(items · phrases) the first time, then
    /// kept; O(listed items) for a theme of listed items only.
    public BitSet rowsOf(Themes.Theme theme) {
        BitSet known = themes.get(theme);
        if (known != null) {
            return known;
        }
        BitSet covered = new BitSet(size());
        if (theme.tags().isEmpty() && theme.titlePhrases().isEmpty()) {
            // Listed items only, such as a person's: quick, and too many for what is kept.
            theme.items().stream().mapToInt(this::row).filter(row -> row >= 0).forEach(covered::set);
            return covered;
        }
        for (int row = 0; row < size(); row++) {
            covered.set(row, theme.covers(items.get(row)));
        }
        if (themes.size() < MAX_CACHED_THEMES) {
            themes.put(theme, covered);
        }
        return covered;
    }
}
