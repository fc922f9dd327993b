package dev.palate.retrieval.ranking;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Trust;
import dev.palate.retrieval.candidate.CatalogSnapshot;
import dev.palate.retrieval.candidate.Era;
import dev.palate.retrieval.candidate.NumberRange;
import dev.palate.retrieval.candidate.Themes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What every item of a list must obey: visible at the time, not excluded, inside the constraints of the request and
/// of
/// the user's memories. Used twice: on the rows of a snapshot before anything is scored, and on each item as the
/// truth
/// has it when the list is made. Immutable and thread-safe.
///
/// Of the memories only those of an operator or stated by the user bind: a dislike excludes what its slot speaks of;
/// a
/// constraint excludes likewise, or requires it when its polarity is positive. An `era` without polarity is required.
public final class HardFilters {
    private static final int MAX_COARSE_IDS = 20_000;

    private final Instant now;
    private final Set<String> requiredCategories;
    private final Set<String> excludedCategories;
    private final List<Set<String>> requiredTags;
    private final Set<String> excludedTags;
    private final List<Era> requiredYears;
    private final List<Era> excludedYears;
    private final List<Themes.Theme> requiredThemes;
    private final List<Themes.Theme> excludedThemes;
    private final Set<ItemId> excludedItems;
    private final Set<String> excludedSlots;
    private final Set<NumberRange> numbers;

    /// True for a memory that lists obey as long as it is effective and has a slot.
    public static boolean binds(Memory memory) {
        boolean believed = memory.trust() == Trust.OPERATOR || memory.trust() == Trust.STATED;
        return believed && (memory.kind() == MemoryKind.CONSTRAINT || memory.polarity() < 0);
    }

    private HardFilters(Builder from) {
        now = from.now;
        requiredCategories = Set.copyOf(from.requiredCategories);
        excludedCategories = Set.copyOf(from.excludedCategories);
        requiredTags = List.copyOf(from.requiredTags);
        excludedTags = Set.copyOf(from.excludedTags);
        requiredYears = List.copyOf(from.requiredYears);
        excludedYears = List.copyOf(from.excludedYears);
        requiredThemes = List.copyOf(from.requiredThemes);
        excludedThemes = List.copyOf(from.excludedThemes);
        excludedItems = Set.copyOf(from.excludedItems);
        excludedSlots = Set.copyOf(from.excludedSlots);
        numbers = Set.copyOf(from.numbers);
    }

    /// Filters that let every item through that is visible at the time.
    public static Builder at(Instant now) {
        return new Builder(now);
    }

    /// True when the item may be shown. O(categories + tags + themes of the constraints).
    public boolean admits(Item item) {
        if (!item.visibleAt(now)
                || excludedItems.contains(item.id())
                || excludedSlots.contains(lower(item.id().value()))) {
            return false;
        }
        Set<String> categories = lowered(item.categories());
        Set<String> tags = lowered(item.tags());
        Integer year = item.year();
        return admitsYear(year == null ? CatalogSnapshot.NO_YEAR : year)
                && categories.containsAll(requiredCategories)
                && disjoint(categories, excludedCategories)
                && disjoint(tags, excludedTags)
                && requiredTags.stream().noneMatch(anyOf -> disjoint(tags, anyOf))
                && requiredThemes.stream().allMatch(theme -> theme.covers(item))
                && excludedThemes.stream().noneMatch(theme -> theme.covers(item))
                && numbers.stream().allMatch(range -> range.holds(NumberRange.of(item, range.attribute())));
    }

    /// The rows that may be shown: those whose item [#admits]. O(rows + postings of the words named).
    public BitSet rows(CatalogSnapshot catalog) {
        BitSet rows = catalog.visibleAt(now);
        requiredYears.forEach(era -> retain(rows, catalog, era, true));
        excludedYears.forEach(era -> retain(rows, catalog, era, false));
        for (String category : requiredCategories) {
            rows.and(set(catalog, catalog.categories().rowsOf(category)));
        }
        for (String category : excludedCategories) {
            rows.andNot(set(catalog, catalog.categories().rowsOf(category)));
        }
        for (Set<String> anyOf : requiredTags) {
            BitSet some = new BitSet(catalog.size());
            anyOf.forEach(tag -> some.or(set(catalog, catalog.tags().rowsOf(tag))));
            rows.and(some);
        }
        for (String tag : excludedTags) {
            rows.andNot(set(catalog, catalog.tags().rowsOf(tag)));
        }
        requiredThemes.forEach(theme -> rows.and(catalog.rowsOf(theme)));
        excludedThemes.forEach(theme -> rows.andNot(catalog.rowsOf(theme)));
        numbers.forEach(range -> retain(rows, catalog.numbers(range.attribute()), range));
        excludedItems.forEach(item -> clear(rows, catalog.row(item)));
        excludedSlots.forEach(slot -> clear(rows, catalog.rowOfSlot(slot)));
        return rows;
    }

    /// The same as far as an index can filter: it lets through all that [#admits] does, and perhaps more.
    public ItemFilter coarse() {
        int from = requiredYears.stream().mapToInt(Era::from).max().orElse(Integer.MIN_VALUE);
        int to = requiredYears.stream().mapToInt(Era::to).min().orElse(Integer.MAX_VALUE);
        boolean empty = from > to;
        return new ItemFilter(
                requiredCategories,
                Set.of(),
                excludedCategories,
                excludedTags,
                empty || from == Integer.MIN_VALUE ? null : from,
                empty || to == Integer.MAX_VALUE ? null : to,
                excludedItems.size() <= MAX_COARSE_IDS ? excludedItems : Set.of(),
                now);
    }

    private boolean admitsYear(int year) {
        return requiredYears.stream().allMatch(era -> era.holds(year))
                && excludedYears.stream().noneMatch(era -> era.holds(year));
    }

    private static void retain(BitSet rows, CatalogSnapshot catalog, Era era, boolean inside) {
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            if (era.holds(catalog.year(row)) != inside) {
                rows.clear(row);
            }
        }
    }

    private static void retain(BitSet rows, double[] values, NumberRange range) {
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            if (!range.holds(values[row])) {
                rows.clear(row);
            }
        }
    }

    private static BitSet set(CatalogSnapshot catalog, int[] rows) {
        BitSet set = new BitSet(catalog.size());
        for (int row : rows) {
            set.set(row);
        }
        return set;
    }

    private static void clear(BitSet rows, int row) {
        if (row >= 0) {
            rows.clear(row);
        }
    }

    private static boolean disjoint(Set<String> words, Set<String> others) {
        return others.stream().noneMatch(words::contains);
    }

    private static Set<String> lowered(Collection<String> words) {
        Set<String> lowered = HashSet.newHashSet(words.size());
        words.forEach(word -> lowered.add(lower(word)));
        return lowered;
    }

    private static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    /// Collects constraints; each call narrows. Not thread-safe.
    public static final class Builder {
        private final Instant now;
        private final Set<String> requiredCategories = new HashSet<>();
        private final Set<String> excludedCategories = new HashSet<>();
        private final List<Set<String>> requiredTags = new ArrayList<>();
        private final Set<String> excludedTags = new HashSet<>();
        private final List<Era> requiredYears = new ArrayList<>();
        private final List<Era> excludedYears = new ArrayList<>();
        private final List<Themes.Theme> requiredThemes = new ArrayList<>();
        private final List<Themes.Theme> excludedThemes = new ArrayList<>();
        private final Set<ItemId> excludedItems = new HashSet<>();
        private final Set<String> excludedSlots = new HashSet<>();
        private final Set<NumberRange> numbers = new HashSet<>();

        private Builder(Instant now) {
            this.now = now;
        }

        /// The item has all of these categories.
        public Builder requireCategories(Collection<String> categories) {
            requiredCategories.addAll(lowered(categories));
            return this;
        }

        /// The item has none of these categories.
        public Builder excludeCategories(Collection<String> categories) {
            excludedCategories.addAll(lowered(categories));
            return this;
        }

        /// The item has at least one of these tags; nothing when there are none.
        public Builder requireAnyTag(Collection<String> tags) {
            if (!tags.isEmpty()) {
                requiredTags.add(Set.copyOf(lowered(tags)));
            }
            return this;
        }

        /// The item has none of these tags.
        public Builder excludeTags(Collection<String> tags) {
            excludedTags.addAll(lowered(tags));
            return this;
        }

        /// The item's year is known and inside.
        public Builder requireYears(int from, int to) {
            requiredYears.add(new Era(from, to));
            return this;
        }

        /// The item's year is not inside.
        public Builder excludeYears(int from, int to) {
            excludedYears.add(new Era(from, to));
            return this;
        }

        /// None of these items.
        public Builder excludeItems(Collection<ItemId> items) {
            excludedItems.addAll(items);
            return this;
        }

        /// The item has each of these attributes as a number inside the range.
        public Builder requireNumbers(Collection<NumberRange> ranges) {
            numbers.addAll(ranges);
            return this;
        }

        /// None of the items that these values of `title` slots name.
        public Builder excludeTitleSlots(Collection<String> values) {
            excludedSlots.addAll(values);
            return this;
        }

        /// What the memories bind to, of those that are effective now. A theme that the catalog does not know
        /// excludes
        /// items that have its name as category or tag.
        public Builder memories(Collection<Memory> memories, Themes themes) {
            for (Memory memory : memories) {
                Slot slot = memory.slot();
                if (slot != null && binds(memory) && memory.effectiveAt(now)) {
                    boolean requires = memory.polarity() > 0
                            || (memory.polarity() == 0 && slot.facet().equals("era"));
                    if (requires) {
                        require(slot, themes);
                    } else {
                        exclude(slot, themes);
                    }
                }
            }
            return this;
        }

        private void exclude(Slot slot, Themes themes) {
            switch (slot.facet()) {
                case "genre" -> excludedCategories.add(slot.value());
                case "tag" -> excludedTags.add(slot.value());
                case "title" -> excludedSlots.add(slot.value());
                case "era" -> Era.parse(slot.value()).ifPresent(excludedYears::add);
                case "theme" -> {
                    Optional<Themes.Theme> theme = themes.theme(slot.value());
                    theme.ifPresent(excludedThemes::add);
                    if (theme.isEmpty()) {
                        excludedCategories.add(slot.value());
                        excludedTags.add(slot.value());
                    }
                }
                case "person" -> {
                    excludedTags.add(slot.value());
                    themes.person(slot.value()).ifPresent(excludedThemes::add);
                }
                default -> {}
            }
        }

        private void require(Slot slot, Themes themes) {
            switch (slot.facet()) {
                case "genre" -> requiredCategories.add(slot.value());
                case "tag" -> requiredTags.add(Set.of(slot.value()));
                case "era" -> Era.parse(slot.value()).ifPresent(requiredYears::add);
                case "theme" -> themes.theme(slot.value()).ifPresent(requiredThemes::add);
                case "person" -> themes.person(slot.value()).ifPresent(requiredThemes::add);
                default -> {}
            }
        }

        /// The filters.
        public HardFilters build() {
            return new HardFilters(this);
        }
    }
}
