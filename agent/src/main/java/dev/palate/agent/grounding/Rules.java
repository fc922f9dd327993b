package dev.palate.agent.grounding;

import dev.palate.memory.catalog.Item;
import dev.palate.retrieval.candidate.NumberRange;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.YearRange;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What every shown item must obey in a turn.
///
/// @param constraints all of them hold
/// @param anyOf categories of which an item has at least one, when there are any; compared in lower case
public record Rules(Constraints constraints, Set<String> anyOf) {
    public Rules {
        anyOf = anyOf.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /// True when the item may be shown.
    public boolean allow(Item item, Instant now) {
        if (!item.visibleAt(now) || constraints.excludedItems().contains(item.id())) {
            return false;
        }
        Set<String> categories = lower(item.categories());
        Set<String> tags = lower(item.tags());
        boolean fits = categories.containsAll(constraints.requiredCategories())
                && disjoint(categories, constraints.excludedCategories())
                && disjoint(tags, constraints.excludedTags())
                && (constraints.requiredTags().isEmpty() || !disjoint(tags, constraints.requiredTags()))
                && (anyOf.isEmpty() || !disjoint(categories, anyOf));
        return fits
                && yearFits(item)
                && constraints.numbers().stream()
                        .allMatch(range -> range.holds(NumberRange.of(item, range.attribute())));
    }

    private boolean yearFits(Item item) {
        Integer year = item.year();
        if (year == null) {
            return constraints.years().any() && constraints.excludedYears().isEmpty();
        }
        return inside(constraints.years(), year)
                && constraints.excludedYears().stream().noneMatch(range -> inside(range, year));
    }

    private static boolean inside(YearRange range, int year) {
        return range.from() <= year && year <= range.to();
    }

    private static boolean disjoint(Set<String> a, Set<String> b) {
        return b.stream().noneMatch(a::contains);
    }

    private static Set<String> lower(java.util.List<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }
}
