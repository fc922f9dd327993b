package dev.palate.agent.domain;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Item;
import dev.palate.retrieval.candidate.NumberRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Drafts a domain pack from a catalog, for a person to go over: every category with the words that its name holds, a
/// theme for the tags that are used most or in several spellings, short names of titles, and the words of titles that
/// are ordinary. What it makes is a valid pack. Deterministic; one pass over the items, then O(words · log words). Not
/// thread-safe.
public final class DomainDraft {
    /// The most items looked at.
    public static final int MAX_ITEMS = 1_000_000;

    private static final int MAX_THEMES = 80;
    private static final int MAX_ALIASES = 400;
    private static final int MAX_COMMON_WORDS = 5_000;
    private static final int MAX_SHARED = 3;
    private static final int MIN_TAG_USES = 3;
    private static final int MIN_ORDINARY_USES = 3;
    private static final double GOES_WITH = 0.5;
    private static final int LONGEST_ID = 40;
    private static final String PRICE = "price";
    private static final Pattern PARTS = Pattern.compile("\\s*[&/,>+|]\\s*|\\s+and\\s+");
    private static final Pattern QUALIFIER = Pattern.compile("^(.{3,80}?)\\s*(?:,|\\(| [-–—] ).*$");

    /// What a tag was seen with.
    private static final class Tag {
        private final Set<String> spellings = new TreeSet<>();
        private final Map<String, Integer> categories = new TreeMap<>();
        private int uses;
    }

    private final String name;
    private final Speech speech;
    private final Map<String, Integer> categories = new TreeMap<>();
    private final Map<String, Tag> tags = new TreeMap<>();
    private final Map<String, Integer> shortNames = new HashMap<>();
    private final Map<String, String> qualified = new LinkedHashMap<>();
    private final Map<String, Integer> titleWords = new HashMap<>();
    private final Map<String, Integer> proseWords = new HashMap<>();
    private int items;
    private int priced;

    /// A draft of nothing yet.
    ///
    /// @param name of the pack
    public DomainDraft(String name, Speech speech) {
        this.name = name;
        this.speech = speech;
    }

    /// Takes an item into account.
    ///
    /// @throws IllegalArgumentException past [#MAX_ITEMS]
    public void add(Item item) {
        items++;
        Require.range("number of items", items, 0, MAX_ITEMS);
        item.categories().forEach(category -> categories.merge(category, 1, Integer::sum));
        for (String tag : item.tags()) {
            Tag known = tags.computeIfAbsent(Folding.singular(Folding.phrase(tag)), unseen -> new Tag());
            known.spellings.add(tag.toLowerCase(Locale.ROOT));
            known.uses++;
            item.categories().forEach(category -> known.categories.merge(category, 1, Integer::sum));
        }
        priced += Double.isNaN(NumberRange.of(item, PRICE)) ? 0 : 1;
        var qualifier = QUALIFIER.matcher(item.title());
        String front = qualifier.matches() ? qualifier.group(1).strip() : item.title();
        shortNames.merge(Folding.phrase(front), 1, Integer::sum);
        if (qualifier.matches()) {
            qualified.putIfAbsent(item.title(), front);
        }
        new HashSet<>(words(item.title(), false)).forEach(word -> titleWords.merge(word, 1, Integer::sum));
        Set<String> prose = new HashSet<>(words(item.description(), true));
        item.tags().forEach(tag -> prose.addAll(words(tag, true)));
        prose.forEach(word -> proseWords.merge(word, 1, Integer::sum));
    }

    /// The pack of what it has seen.
    ///
    /// @throws IllegalArgumentException when there is no category and no tag at all: nothing would be understood
    public DomainPack pack() {
        if (categories.isEmpty() && tags.isEmpty()) {
            throw new IllegalArgumentException("the catalog has " + items
                    + " items and neither categories nor tags: there is nothing to draft a pack from");
        }
        List<DomainPack.CategoryWords> named = categoryWords();
        Set<String> taken = new HashSet<>();
        named.forEach(category -> category.words().forEach(word -> taken.add(Folding.singular(Folding.phrase(word)))));
        return new DomainPack(
                name,
                "en",
                speech,
                new LinkedHashSet<>(List.of(
                        speech.noun(), speech.plural(), "something", "anything", "one", "ones", "item", "items")),
                named,
                themes(taken),
                facets(),
                aliases(),
                commonWords(),
                null,
                sells() ? List.of(price()) : List.of(),
                List.of());
    }

    private List<DomainPack.CategoryWords> categoryWords() {
        List<String> most = categories.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(DomainPack.MAX_ENTRIES)
                .map(Map.Entry::getKey)
                .toList();
        Map<String, Integer> sharing = new HashMap<>();
        most.forEach(category -> parts(category).forEach(part -> sharing.merge(part, 1, Integer::sum)));
        List<DomainPack.CategoryWords> named = new ArrayList<>();
        for (String category : most) {
            Set<String> words = new LinkedHashSet<>();
            words.add(Folding.phrase(category).isEmpty() ? category : Folding.phrase(category));
            parts(category).stream()
                    .filter(part -> sharing.getOrDefault(part, 0) <= MAX_SHARED)
                    .forEach(words::add);
            named.add(new DomainPack.CategoryWords(category, category.toLowerCase(Locale.ROOT), List.copyOf(words)));
        }
        return named;
    }

    // "Mugs & Cups" is called mugs, mug, cups and cup too.
    private static Set<String> parts(String category) {
        Set<String> parts = new LinkedHashSet<>();
        Stream.concat(Stream.of(category), PARTS.splitAsStream(category))
                .map(Folding::phrase)
                .filter(part -> part.length() > 2)
                .forEach(part -> {
                    parts.add(part);
                    if (PARTS.split(part, -1).length == 1) {
                        parts.add(Folding.singular(part));
                    }
                });
        return parts;
    }

    private List<DomainPack.Theme> themes(Set<String> taken) {
        int least = Math.max(MIN_TAG_USES, items / 500);
        List<DomainPack.Theme> themes = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        tags.entrySet().stream()
                .filter(tag -> tag.getValue().uses >= least && !taken.contains(tag.getKey()))
                .sorted(Comparator.<Map.Entry<String, Tag>>comparingInt(tag -> -tag.getValue().uses)
                        .thenComparing(Map.Entry::getKey))
                .forEach(tag -> {
                    String id = id(tag.getKey());
                    if (themes.size() < MAX_THEMES && !id.isEmpty() && ids.add(id)) {
                        themes.add(theme(id, tag.getValue()));
                    }
                });
        return themes;
    }

    private static DomainPack.Theme theme(String id, Tag tag) {
        List<String> spellings =
                tag.spellings.stream().limit(DomainPack.MAX_WORDS).toList();
        List<String> with = tag.categories.entrySet().stream()
                .filter(category -> category.getValue() >= GOES_WITH * tag.uses)
                .map(Map.Entry::getKey)
                .toList();
        return new DomainPack.Theme(id, spellings.getFirst(), spellings, spellings, List.of(), with, List.of());
    }

    private static String id(String words) {
        StringBuilder id = new StringBuilder();
        words.chars()
                .filter(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == ' ')
                .forEach(c -> id.append((char) c));
        String whole = id.toString().strip();
        return whole.substring(0, Math.min(LONGEST_ID, whole.length())).strip();
    }

    private boolean sells() {
        return priced * 2 > items;
    }

    private List<DomainPack.Facet> facets() {
        List<DomainPack.Facet> facets = new ArrayList<>();
        facets.add(facet("delivery", "delivery", "delivery", "shipping", "delivered"));
        facets.add(facet("stock", "what is in stock", "in stock", "available now", "sold out"));
        if (!sells()) {
            Amount price = price();
            facets.add(new DomainPack.Facet(
                    PRICE,
                    "prices",
                    Stream.of(List.of(PRICE), price.low(), price.lower(), price.high(), price.higher())
                            .flatMap(List::stream)
                            .toList()));
        }
        return facets;
    }

    /// As the shipped shop says it.
    private static Amount price() {
        return DomainPackFile.shop().amounts().stream()
                .filter(amount -> amount.attribute().equals(PRICE))
                .findFirst()
                .orElseThrow();
    }

    private static DomainPack.Facet facet(String id, String label, String... words) {
        return new DomainPack.Facet(id, label, List.of(words));
    }

    // "Moka Pot, 3 cups" is called Moka Pot where no other title begins so.
    private List<DomainPack.Alias> aliases() {
        return qualified.entrySet().stream()
                .filter(title -> shortNames.getOrDefault(Folding.phrase(title.getValue()), 0) == 1)
                .limit(MAX_ALIASES)
                .map(title -> new DomainPack.Alias(title.getKey(), List.of(title.getValue())))
                .toList();
    }

    // A word of titles that descriptions and tags use as well, in small letters, is no name.
    private Set<String> commonWords() {
        Set<String> general = DomainPackFile.films().commonWords();
        return titleWords.keySet().stream()
                .filter(word -> general.contains(word)
                        || proseWords.getOrDefault(word, 0) >= MIN_ORDINARY_USES
                        || titleWords.getOrDefault(word, 0) > Math.max(MIN_ORDINARY_USES, items / 50))
                .sorted(Comparator.<String>comparingInt(word -> -titleWords.getOrDefault(word, 0))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MAX_COMMON_WORDS)
                .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    }

    private static List<String> words(String text, boolean small) {
        return Folding.tokens(text).stream()
                .filter(token -> !small || !token.capital())
                .map(Token::word)
                .filter(word -> word.chars().allMatch(Character::isLetter))
                .toList();
    }
}
