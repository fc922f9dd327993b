package dev.palate.memory.catalog;

import dev.palate.memory.Require;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Something that can be recommended.
///
/// @param id the catalog owner's id
/// @param title as shown, 1 to 300 characters
/// @param year of release, absent when unknown
/// @param categories genres or departments as the catalog spells them, at most 64
/// @param tags free words people gave it, at most 256, most given first
/// @param description at most 20,000 characters, may be empty
/// @param attributes further fields, at most 64, each value at most 1,000 characters
/// @param hidden never shown while true
/// @param availableFrom not shown before, absent for always
/// @param availableTo not shown from then on, absent for never
/// @param revision 0 before the first write, then counted up by the store
public record Item(
        ItemId id,
        String title,
        @Nullable Integer year,
        List<String> categories,
        List<String> tags,
        String description,
        Map<String, String> attributes,
        boolean hidden,
        @Nullable Instant availableFrom,
        @Nullable Instant availableTo,
        long revision) {
    public Item {
        Require.text("title", title, 1, 300);
        if (year != null) {
            Require.range("year", year, 1000, 3000);
        }
        categories = List.copyOf(categories);
        tags = List.copyOf(tags);
        Require.range("number of categories", categories.size(), 0, 64);
        Require.range("number of tags", tags.size(), 0, 256);
        categories.forEach(category -> Require.text("category", category, 1, 100));
        tags.forEach(tag -> Require.text("tag", tag, 1, 200));
        Require.text("description", description, 0, 20_000);
        Require.range("number of attributes", attributes.size(), 0, 64);
        attributes.forEach((name, value) -> {
            Require.text("attribute name", name, 1, 100);
            Require.text("attribute " + name, value, 0, 1_000);
        });
        attributes = java.util.Collections.unmodifiableMap(new TreeMap<>(attributes));
        Require.range("revision", revision, 0, Long.MAX_VALUE);
    }

    /// An item with id, title, year and categories, and nothing else.
    public static Item of(ItemId id, String title, @Nullable Integer year, List<String> categories) {
        return new Item(id, title, year, categories, List.of(), "", Map.of(), false, null, null, 0);
    }

    /// True when the item may be shown at the time given.
    public boolean visibleAt(Instant now) {
        return !hidden
                && (availableFrom == null || !now.isBefore(availableFrom))
                && (availableTo == null || now.isBefore(availableTo));
    }

    /// The same item at another revision.
    public Item withRevision(long newRevision) {
        return new Item(
                id,
                title,
                year,
                categories,
                tags,
                description,
                attributes,
                hidden,
                availableFrom,
                availableTo,
                newRevision);
    }
}
