package dev.palate.retrieval.recommend;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.candidate.NumberRange;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What every recommended item must obey. Hard: a list gets shorter rather than break one.
///
/// Categories and tags are compared in lower case.
///
/// @param requiredCategories the item has all of these
/// @param excludedCategories the item has none of these
/// @param excludedTags the item has none of these tags
/// @param requiredTags the item has at least one of these, when there are any
/// @param years the item's year is inside the first; with any but [YearRange#ANY] an item without a year is out
/// @param excludedYears the item's year is in none of these
/// @param excludedItems never these
/// @param numbers the item has each of these attributes as a number inside the range, at most [#MAX_NUMBERS]
public record Constraints(
        Set<String> requiredCategories,
        Set<String> excludedCategories,
        Set<String> requiredTags,
        Set<String> excludedTags,
        YearRange years,
        Set<YearRange> excludedYears,
        Set<ItemId> excludedItems,
        Set<NumberRange> numbers) {
    /// The most number ranges.
    public static final int MAX_NUMBERS = 8;

    /// No constraint.
    public static final Constraints NONE =
            new Constraints(Set.of(), Set.of(), Set.of(), Set.of(), YearRange.ANY, Set.of(), Set.of());

    /// Without number ranges.
    public Constraints(
            Set<String> requiredCategories,
            Set<String> excludedCategories,
            Set<String> requiredTags,
            Set<String> excludedTags,
            YearRange years,
            Set<YearRange> excludedYears,
            Set<ItemId> excludedItems) {
        this(
                requiredCategories,
                excludedCategories,
                requiredTags,
                excludedTags,
                years,
                excludedYears,
                excludedItems,
                Set.of());
    }

    public Constraints {
        requiredCategories = lower(requiredCategories);
        excludedCategories = lower(excludedCategories);
        requiredTags = lower(requiredTags);
        excludedTags = lower(excludedTags);
        excludedYears = Set.copyOf(excludedYears);
        excludedItems = Set.copyOf(excludedItems);
        numbers = Set.copyOf(numbers);
        Require.range("number of number ranges", numbers.size(), 0, MAX_NUMBERS);
        Require.range("number of excluded items", excludedItems.size(), 0, 100_000);
        Require.range(
                "number of categories in constraints", requiredCategories.size() + excludedCategories.size(), 0, 256);
        Require.range("number of tags in constraints", requiredTags.size() + excludedTags.size(), 0, 2_048);
    }

    private static Set<String> lower(Set<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
