package dev.palate.agent.turn;

import dev.palate.agent.domain.Mention;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.candidate.NumberRange;
import dev.palate.retrieval.recommend.YearRange;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What a conversation asks for so far. Immutable; every set keeps its order, oldest first, and at most
/// [#MAX_ENTRIES].
///
/// @param required categories an item must have
/// @param anyOf categories of which an item must have one
/// @param excluded categories an item must not have
/// @param fond categories said to be liked
/// @param leaning categories that would be welcome
/// @param themes wanted
/// @param excludedThemes not wanted
/// @param tags wanted
/// @param excludedTags not wanted
/// @param years the span asked for
/// @param excludedYears spans ruled out
/// @param liked items
/// @param disliked items
/// @param references items named as examples
/// @param seen items not to be shown
/// @param people wanted
/// @param excludedPeople not wanted
/// @param elsewhere liked or named as examples, of what the catalog does not have
/// @param numbers spans of amounts, one of each attribute
/// @param moods asked for, such as lighter, by the ids of the pack
/// @param words the wish as text for search
record Wish(
        Set<String> required,
        Set<String> anyOf,
        Set<String> excluded,
        Set<String> fond,
        Set<String> leaning,
        Set<String> themes,
        Set<String> excludedThemes,
        Set<String> tags,
        Set<String> excludedTags,
        YearRange years,
        Set<YearRange> excludedYears,
        Set<ItemId> liked,
        Set<ItemId> disliked,
        Set<ItemId> references,
        Set<ItemId> seen,
        Set<Mention.Person> people,
        Set<Mention.Person> excludedPeople,
        Set<Mention.Elsewhere> elsewhere,
        Set<NumberRange> numbers,
        Set<String> moods,
        String words) {
    static final int MAX_ENTRIES = 64;
    static final int MAX_WORDS = 400;
    static final Wish NONE = new Wish(
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            YearRange.ANY,
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            "");

    Wish {
        required = newest(required);
        anyOf = newest(anyOf);
        excluded = newest(excluded);
        fond = newest(fond);
        leaning = newest(leaning);
        themes = newest(themes);
        excludedThemes = newest(excludedThemes);
        tags = newest(tags);
        excludedTags = newest(excludedTags);
        excludedYears = newest(excludedYears);
        liked = newest(liked);
        disliked = newest(disliked);
        references = newest(references);
        seen = newest(seen);
        people = newest(people);
        excludedPeople = newest(excludedPeople);
        elsewhere = newest(elsewhere);
        numbers = newest(numbers);
        moods = newest(moods);
        words = words.substring(0, Math.min(words.length(), MAX_WORDS));
    }

    private static <T> Set<T> newest(Set<T> values) {
        List<T> list = List.copyOf(new LinkedHashSet<>(values));
        return Collections.unmodifiableSet(
                new LinkedHashSet<>(list.subList(Math.max(0, list.size() - MAX_ENTRIES), list.size())));
    }

    Draft draft() {
        return new Draft(this);
    }

    /// A mutable copy; not thread-safe.
    static final class Draft {
        final Set<String> required;
        final Set<String> anyOf;
        final Set<String> excluded;
        final Set<String> fond;
        final Set<String> leaning;
        final Set<String> themes;
        final Set<String> excludedThemes;
        final Set<String> tags;
        final Set<String> excludedTags;
        YearRange years;
        final Set<YearRange> excludedYears;
        final Set<ItemId> liked;
        final Set<ItemId> disliked;
        final Set<ItemId> references;
        final Set<ItemId> seen;
        final Set<Mention.Person> people;
        final Set<Mention.Person> excludedPeople;
        final Set<Mention.Elsewhere> elsewhere;
        final Set<NumberRange> numbers;
        final Set<String> moods;
        String words;

        private Draft(Wish wish) {
            required = new LinkedHashSet<>(wish.required);
            anyOf = new LinkedHashSet<>(wish.anyOf);
            excluded = new LinkedHashSet<>(wish.excluded);
            fond = new LinkedHashSet<>(wish.fond);
            leaning = new LinkedHashSet<>(wish.leaning);
            themes = new LinkedHashSet<>(wish.themes);
            excludedThemes = new LinkedHashSet<>(wish.excludedThemes);
            tags = new LinkedHashSet<>(wish.tags);
            excludedTags = new LinkedHashSet<>(wish.excludedTags);
            years = wish.years;
            excludedYears = new LinkedHashSet<>(wish.excludedYears);
            liked = new LinkedHashSet<>(wish.liked);
            disliked = new LinkedHashSet<>(wish.disliked);
            references = new LinkedHashSet<>(wish.references);
            seen = new LinkedHashSet<>(wish.seen);
            people = new LinkedHashSet<>(wish.people);
            excludedPeople = new LinkedHashSet<>(wish.excludedPeople);
            elsewhere = new LinkedHashSet<>(wish.elsewhere);
            numbers = new LinkedHashSet<>(wish.numbers);
            moods = new LinkedHashSet<>(wish.moods);
            words = wish.words;
        }

        /// Drops what was asked for; what was ruled out and what was liked stays.
        void startOver() {
            required.clear();
            anyOf.clear();
            leaning.clear();
            themes.clear();
            tags.clear();
            years = YearRange.ANY;
            excludedYears.clear();
            references.clear();
            elsewhere.clear();
            people.clear();
            numbers.clear();
            moods.clear();
            words = "";
        }

        /// In the place of what was asked of the same attribute.
        void bound(NumberRange range) {
            numbers.removeIf(known -> known.attribute().equals(range.attribute()));
            numbers.add(range);
        }

        /// What had to be is welcome from now on.
        void soften() {
            leaning.addAll(required);
            leaning.addAll(anyOf);
            required.clear();
            anyOf.clear();
        }

        Wish build() {
            return new Wish(
                    required,
                    anyOf,
                    excluded,
                    fond,
                    leaning,
                    themes,
                    excludedThemes,
                    tags,
                    excludedTags,
                    years,
                    excludedYears,
                    liked,
                    disliked,
                    references,
                    seen,
                    people,
                    excludedPeople,
                    elsewhere,
                    numbers,
                    moods,
                    words);
        }
    }
}
