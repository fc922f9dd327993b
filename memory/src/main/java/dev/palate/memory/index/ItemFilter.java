package dev.palate.memory.index;

import dev.palate.memory.catalog.ItemId;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which items a search may return; absent or empty parts do not filter. Categories and tags are compared whole,
/// without regard to case.
///
/// @param requiredCategories the item has every one of them
/// @param anyCategories the item has at least one of them
/// @param excludedCategories the item has none of them
/// @param excludedTags the item has none of them
/// @param minYear the item is of this year or later; items of unknown year are out
/// @param maxYear the item is of this year or earlier; items of unknown year are out
/// @param excludedIds the item is none of these, at most 20,000
/// @param visibleAt the item may be shown at this time, to the millisecond
public record ItemFilter(
        Set<String> requiredCategories,
        Set<String> anyCategories,
        Set<String> excludedCategories,
        Set<String> excludedTags,
        @Nullable Integer minYear,
        @Nullable Integer maxYear,
        Set<ItemId> excludedIds,
        @Nullable Instant visibleAt) {
    /// Every item, hidden ones too.
    public static final ItemFilter ALL =
            new ItemFilter(Set.of(), Set.of(), Set.of(), Set.of(), null, null, Set.of(), null);

    private static final int MAX_IDS = 20_000;

    public ItemFilter {
        requiredCategories = lower(requiredCategories);
        anyCategories = lower(anyCategories);
        excludedCategories = lower(excludedCategories);
        excludedTags = lower(excludedTags);
        excludedIds = Set.copyOf(excludedIds);
        if (excludedIds.size() > MAX_IDS) {
            throw new IllegalArgumentException(
                    "an item filter excludes at most " + MAX_IDS + " ids, had " + excludedIds.size());
        }
        if (minYear != null && maxYear != null && minYear > maxYear) {
            throw new IllegalArgumentException(
                    "minYear must not be after maxYear, were " + minYear + " and " + maxYear);
        }
    }

    /// Only what may be shown at the time given.
    public static ItemFilter visibleAt(Instant time) {
        return ALL.withVisibleAt(time);
    }

    /// The same with other required categories.
    public ItemFilter withRequiredCategories(Set<String> categories) {
        return new ItemFilter(
                categories, anyCategories, excludedCategories, excludedTags, minYear, maxYear, excludedIds, visibleAt);
    }

    /// The same with other categories of which one is enough.
    public ItemFilter withAnyCategories(Set<String> categories) {
        return new ItemFilter(
                requiredCategories,
                categories,
                excludedCategories,
                excludedTags,
                minYear,
                maxYear,
                excludedIds,
                visibleAt);
    }

    /// The same with other excluded categories.
    public ItemFilter withExcludedCategories(Set<String> categories) {
        return new ItemFilter(
                requiredCategories, anyCategories, categories, excludedTags, minYear, maxYear, excludedIds, visibleAt);
    }

    /// The same with other excluded tags.
    public ItemFilter withExcludedTags(Set<String> tags) {
        return new ItemFilter(
                requiredCategories, anyCategories, excludedCategories, tags, minYear, maxYear, excludedIds, visibleAt);
    }

    /// The same with another range of years, each end open when absent.
    public ItemFilter withYears(@Nullable Integer min, @Nullable Integer max) {
        return new ItemFilter(
                requiredCategories, anyCategories, excludedCategories, excludedTags, min, max, excludedIds, visibleAt);
    }

    /// The same with other excluded ids.
    public ItemFilter withExcludedIds(Set<ItemId> ids) {
        return new ItemFilter(
                requiredCategories, anyCategories, excludedCategories, excludedTags, minYear, maxYear, ids, visibleAt);
    }

    /// The same with another time of showing.
    public ItemFilter withVisibleAt(@Nullable Instant time) {
        return new ItemFilter(
                requiredCategories,
                anyCategories,
                excludedCategories,
                excludedTags,
                minYear,
                maxYear,
                excludedIds,
                time);
    }

    private static Set<String> lower(Set<String> words) {
        Set<String> lower = HashSet.newHashSet(words.size());
        words.forEach(word -> lower.add(word.toLowerCase(Locale.ROOT)));
        return Set.copyOf(lower);
    }
}
