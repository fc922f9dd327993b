package dev.palate.agent.domain;

import dev.palate.memory.Require;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Everything Palate knows of a domain beside its catalog; a data file, see [DomainPackFile].
///
/// @param name such as `films`
/// @param language of its words, BCP 47
/// @param speech how its items are spoken of
/// @param nouns words that stand for any item, such as `movie` or `something`
/// @param categories words for the catalog's categories
/// @param themes finer than a category
/// @param facets that people ask for and a catalog may know nothing of
/// @param aliases other names of titles
/// @param commonWords too ordinary to be a title by themselves
/// @param widerTitles the shipped list of titles that people talk of though the catalog may lack them, absent for none
/// @param amounts numbers that items have and people bound, such as the price
/// @param rules which users and items may be read for a user, the one to begin with first; at most [#MAX_RULES]
public record DomainPack(
        String name,
        String language,
        Speech speech,
        Set<String> nouns,
        List<CategoryWords> categories,
        List<Theme> themes,
        List<Facet> facets,
        List<Alias> aliases,
        Set<String> commonWords,
        @Nullable String widerTitles,
        List<Amount> amounts,
        List<DomainRule> rules) {
    /// The most entries of each list.
    public static final int MAX_ENTRIES = 512;
    /// The most words of one entry.
    public static final int MAX_WORDS = 256;
    /// The most common words.
    public static final int MAX_COMMON_WORDS = 20_000;
    /// The most rules.
    public static final int MAX_RULES = 16;

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9 -]{0,39}");

    /// Words for a category.
    ///
    /// @param category as the catalog spells it
    /// @param label how it is said in a sentence, such as `westerns`
    /// @param words that name it
    public record CategoryWords(String category, String label, List<String> words) {
        public CategoryWords {
            Require.text("category", category, 1, 100);
            Require.text("label of " + category, label, 1, 100);
            words = checked("words of " + category, words, 1);
        }
    }

    /// Something finer than a category.
    ///
    /// @param id such as `slasher`
    /// @param label how it is said in a sentence
    /// @param words that name it
    /// @param tags an item of one of these belongs to it
    /// @param titles an item whose title starts so belongs to it
    /// @param categories that go with it
    /// @param onlyIn an item that belongs by its title has one of these, when there are any
    public record Theme(
            String id,
            String label,
            List<String> words,
            List<String> tags,
            List<String> titles,
            List<String> categories,
            List<String> onlyIn) {
        public Theme {
            checkId("theme id", id);
            Require.text("label of " + id, label, 1, 100);
            words = checked("words of " + id, words, 1);
            tags = checked("tags of " + id, tags, 0);
            titles = checked("titles of " + id, titles, 0);
            categories = checked("categories of " + id, categories, 0);
            onlyIn = checked("only_in of " + id, onlyIn, 0);
        }
    }

    /// A property that people ask for and that the catalog has no field for. Where it is a mood, such as lighter, it
    /// says by which categories a list comes nearer to it; else it is admitted that nothing is known about it.
    ///
    /// @param id such as `pace`
    /// @param label how it is said after "I know nothing about"; of a mood how it is said of the items, such as
    ///     `lighter`
    /// @param words that name it or a value of it
    /// @param more categories of which a mood wants more
    /// @param less categories of which it wants less
    public record Facet(String id, String label, List<String> words, List<String> more, List<String> less) {
        public Facet {
            checkId("facet id", id);
            Require.text("label of " + id, label, 1, 100);
            words = checked("words of " + id, words, 1);
            more = checked("more of " + id, more, 0);
            less = checked("less of " + id, less, 0);
        }

        /// One that nothing is known about.
        public Facet(String id, String label, List<String> words) {
            this(id, label, words, List.of(), List.of());
        }

        /// True for a mood.
        public boolean mood() {
            return !more.isEmpty() || !less.isEmpty();
        }

        /// True when each wants more of what the other wants less of.
        public boolean against(Facet other) {
            return more.stream().anyMatch(other.less::contains)
                    && other.more.stream().anyMatch(less::contains);
        }
    }

    /// Other names of a title.
    ///
    /// @param title as the catalog has it, with or without the year
    /// @param words the other names
    public record Alias(String title, List<String> words) {
        public Alias {
            Require.text("aliased title", title, 1, 300);
            words = checked("names of " + title, words, 1);
        }
    }

    public DomainPack {
        checkId("pack name", name);
        Require.text("pack language", language, 2, 35);
        nouns = Set.copyOf(nouns);
        categories = bounded("categories", categories);
        themes = bounded("themes", themes);
        facets = bounded("facets", facets);
        aliases = bounded("aliases", aliases);
        commonWords = Set.copyOf(commonWords);
        if (widerTitles != null) {
            checkId("wider_titles", widerTitles);
        }
        Require.range("number of common words", commonWords.size(), 0, MAX_COMMON_WORDS);
        amounts = bounded("amounts", amounts);
        rules = List.copyOf(rules);
        Require.range("number of rules", rules.size(), 0, MAX_RULES);
        unique("name of rules", rules.stream().map(DomainRule::name).toList());
        unique("attribute of amounts", amounts.stream().map(Amount::attribute).toList());
        unique("theme id", themes.stream().map(Theme::id).toList());
        unique("facet id", facets.stream().map(Facet::id).toList());
        unique("category", categories.stream().map(CategoryWords::category).toList());
    }

    /// The rule to begin with: the first, or the edge alone where there is none.
    public DomainRule rule() {
        return rules.isEmpty() ? DomainRule.EVEN : rules.getFirst();
    }

    private static <T> List<T> bounded(String what, List<T> list) {
        Require.range("number of " + what, list.size(), 0, MAX_ENTRIES);
        return List.copyOf(list);
    }

    private static List<String> checked(String what, List<String> words, int min) {
        Require.range("number of " + what, words.size(), min, MAX_WORDS);
        words.forEach(word -> Require.text(what, word, 1, 300));
        return List.copyOf(words);
    }

    private static void checkId(String what, String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(what + " must match " + ID.pattern() + ", was '" + id + "'");
        }
    }

    private static void unique(String what, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(what + " must be unique, '" + name + "' is there twice");
            }
        }
    }
}
