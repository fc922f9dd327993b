package dev.palate.agent.domain;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.candidate.NumberRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the catalog held at one moment, as far as understanding needs it: titles, categories, tags in use, and the
/// items of each theme. Immutable and thread-safe; building costs one pass over the items.
public final class CatalogSnapshot {
    private static final int MIN_TAG_USES = 2;
    private static final int MAX_TAGS = 20_000;
    /// Most categories of [#commonCategories].
    public static final int MAX_COMMON = 48;

    private static final int MAX_WORDS = 500_000;

    private final Lexicon lexicon;
    private final Gazetteer gazetteer;
    private final People people;
    private final Map<ItemId, Set<String>> categoriesOf = new HashMap<>();
    private final Map<String, String> byOtherName = new HashMap<>();
    private final Map<String, String> categories = new TreeMap<>();
    private final List<String> commonCategories;
    private final Map<String, Set<ItemId>> themeItems = new HashMap<>();
    private final PhraseTable<String> tags = new PhraseTable<>();
    private final PhraseTable<Mention.Category> ownCategories = new PhraseTable<>();
    private final Set<String> tagWords = new HashSet<>();
    private final Set<String> words = new HashSet<>();
    private final Map<String, Map<ItemId, Double>> amounts = new HashMap<>();
    private @Nullable Integer newest;

    /// Of the items.
    ///
    /// @param counts interactions of each item, items without any left out
    public CatalogSnapshot(List<Item> items, Map<ItemId, Integer> counts, Lexicon lexicon) {
        this.lexicon = lexicon;
        gazetteer = Gazetteer.of(items, counts, lexicon);
        people = new People(items);
        Map<String, Integer> tagUses = new HashMap<>();
        Map<String, Integer> categoryUses = new TreeMap<>();
        for (Item item : items) {
            item.categories().forEach(category -> categories.putIfAbsent(category.toLowerCase(Locale.ROOT), category));
            categoriesOf.put(item.id(), Set.copyOf(item.categories()));
            Set.copyOf(item.categories()).forEach(category -> categoryUses.merge(category, 1, Integer::sum));
            addWords(item);
            item.tags().forEach(tag -> tagUses.merge(tag.toLowerCase(Locale.ROOT), 1, Integer::sum));
            Integer year = item.year();
            if (year != null && (newest == null || year > newest)) {
                newest = year;
            }
        }
        commonCategories = categoryUses.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MAX_COMMON)
                .map(Map.Entry::getKey)
                .toList();
        nameOtherwise();
        nameOwn();
        lexicon.pack().amounts().forEach(amount -> amounts.put(amount.attribute(), values(amount, items)));
        for (DomainPack.Theme theme : lexicon.pack().themes()) {
            themeItems.put(theme.id(), members(theme, items));
        }
        tagUses.entrySet().stream()
                .filter(use -> use.getValue() >= MIN_TAG_USES && usable(use.getKey()))
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MAX_TAGS)
                .forEach(use -> {
                    tags.add(use.getKey(), use.getKey());
                    tagWords.addAll(List.of(Folding.phrase(use.getKey()).split(" ", -1)));
                });
    }

    // A catalog that spells a category in another way than the pack, `Children's` for `Children`, means the same.
    private void nameOtherwise() {
        Map<String, String> folded = new HashMap<>();
        categories.values().forEach(category -> folded.put(Folding.phrase(category), category));
        for (DomainPack.CategoryWords category : lexicon.pack().categories()) {
            category.words().stream()
                    .map(word -> folded.get(Folding.phrase(word)))
                    .filter(java.util.Objects::nonNull)
                    .findFirst()
                    .ifPresent(spelt -> byOtherName.put(category.category().toLowerCase(Locale.ROOT), spelt));
        }
    }

    private static Map<ItemId, Double> values(Amount amount, List<Item> items) {
        Map<ItemId, Double> values = new HashMap<>();
        for (Item item : items) {
            double value = NumberRange.of(item, amount.attribute());
            if (!Double.isNaN(value)) {
                values.put(item.id(), value);
            }
        }
        return values;
    }

    // What the pack has no words for is still known by its name.
    private void nameOwn() {
        for (String category : categories.values()) {
            if (!named(category)) {
                var mention = new Mention.Category(category, category.toLowerCase(Locale.ROOT), true);
                String phrase = Folding.phrase(category);
                ownCategories.add(phrase, mention);
                ownCategories.add(Folding.singular(phrase), mention);
                ownCategories.add(phrase + "s", mention);
            }
        }
    }

    /// True when the pack has words for a category of the catalog.
    boolean named(String category) {
        return lexicon.names(category) || byOtherName.containsValue(category);
    }

    private void addWords(Item item) {
        List<String> texts = new ArrayList<>(item.tags());
        texts.addAll(item.categories());
        texts.add(item.title());
        texts.add(item.description());
        for (String text : texts) {
            for (Token token : Folding.tokens(text)) {
                if (words.size() < MAX_WORDS) {
                    words.add(Folding.singular(token.word()));
                }
            }
        }
    }

    private boolean usable(String tag) {
        String key = Folding.phrase(tag);
        return key.length() > 2
                && !lexicon.knows(key)
                && !lexicon.pack().commonWords().contains(key);
    }

    private static Set<ItemId> members(DomainPack.Theme theme, List<Item> items) {
        List<String> stems = theme.titles().stream()
                .map(stem -> Folding.phrase(TitleForms.plain(stem)))
                .toList();
        Set<ItemId> members = new HashSet<>();
        for (Item item : items) {
            boolean tagged = item.tags().stream().anyMatch(tag -> theme.tags().contains(tag.toLowerCase(Locale.ROOT)));
            if (tagged || allowed(theme, item) && starts(item.title(), stems)) {
                members.add(item.id());
            }
        }
        return Set.copyOf(members);
    }

    private static boolean allowed(DomainPack.Theme theme, Item item) {
        return theme.onlyIn().isEmpty() || item.categories().stream().anyMatch(theme.onlyIn()::contains);
    }

    private static boolean starts(String title, List<String> stems) {
        if (stems.isEmpty()) {
            return false;
        }
        List<String> forms = new ArrayList<>(TitleForms.of(title, List.of()).keySet());
        return stems.stream()
                .anyMatch(stem -> forms.stream().anyMatch(form -> form.equals(stem) || form.startsWith(stem + " ")));
    }

    /// The lexicon it was made with.
    public Lexicon lexicon() {
        return lexicon;
    }

    /// Its titles.
    public Gazetteer gazetteer() {
        return gazetteer;
    }

    /// The category as the catalog spells it.
    public Optional<String> category(String name) {
        String key = name.toLowerCase(Locale.ROOT);
        return Optional.ofNullable(categories.getOrDefault(key, byOtherName.get(key)));
    }

    /// All categories, in order.
    public List<String> categories() {
        return List.copyOf(categories.values());
    }

    /// The categories that most items have, the commonest first, at most [#MAX_COMMON].
    public List<String> commonCategories() {
        return commonCategories;
    }

    /// The people whom items name.
    People people() {
        return people;
    }

    /// The items that name somebody, such as a director; none for an unknown name.
    public Set<ItemId> itemsOf(Mention.Person person) {
        return people.items(person.name());
    }

    /// Titles that people talk of and the catalog may not have.
    WiderTitles elsewhere() {
        return lexicon.elsewhere();
    }

    /// The categories of an item, empty for one that it does not have.
    Set<String> categoriesOf(ItemId item) {
        return categoriesOf.getOrDefault(item, Set.of());
    }

    /// The items of a theme, empty for an unknown one.
    public Set<ItemId> themeItems(String theme) {
        return themeItems.getOrDefault(theme, Set.of());
    }

    /// True when some item has the amount.
    boolean counts(Amount amount) {
        return !amounts.getOrDefault(amount.attribute(), Map.of()).isEmpty();
    }

    /// What the items have of an amount, in ascending order; those without it left out.
    public List<Double> values(Amount amount, Collection<ItemId> items) {
        Map<ItemId, Double> known = amounts.getOrDefault(amount.attribute(), Map.of());
        return items.stream()
                .map(known::get)
                .filter(java.util.Objects::nonNull)
                .sorted()
                .toList();
    }

    /// The items of any of the categories, all when there are none.
    public List<ItemId> itemsIn(Set<String> any) {
        return categoriesOf.entrySet().stream()
                .filter(item -> any.isEmpty() || item.getValue().stream().anyMatch(any::contains))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The year of the newest item, absent when no item has a year.
    public @Nullable Integer newestYear() {
        return newest;
    }

    /// True when people gave items a tag with this word in it.
    boolean taggedWith(String word) {
        return tagWords.contains(word);
    }

    /// True when the word, in singular or plural, stands in the text of some item.
    boolean mentions(String word) {
        return words.contains(Folding.singular(word));
    }

    /// A category that only the catalog names.
    PhraseTable.@Nullable Hit<Mention.Category> categoryAt(List<Token> tokens, int from) {
        return ownCategories.at(tokens, from, 6);
    }

    PhraseTable.@Nullable Hit<String> tagAt(List<Token> tokens, int from) {
        return tags.at(tokens, from, 5);
    }
}
