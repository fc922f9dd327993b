package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The words of a domain pack, compiled; with plurals. Immutable and thread-safe.
///
/// A phrase may stand for several categories, such as `romcom`.
public final class Lexicon {
    /// Words that are one letter off a category and mean something else.
    private static final Set<String> OTHER_WORDS =
            Set.of("auction", "auctions", "faction", "factions", "traction", "scares", "funky", "waring", "romances");

    private static final int SHORTEST_MISSPELT = 5;
    private static final int LONGEST_MISSPELT = 20;

    private final DomainPack pack;
    private final WiderTitles elsewhere;
    private final PhraseTable<List<Term>> table = new PhraseTable<>();
    private final Map<String, DomainPack.Theme> themes = new HashMap<>();
    private final Map<String, DomainPack.Facet> moods = new HashMap<>();
    private final Map<String, List<String>> spellings = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();
    private final Set<String> amountWords;

    /// Compiles the pack.
    public Lexicon(DomainPack pack) {
        this(pack, WiderTitles.NONE);
    }

    /// Compiles the pack, and knows titles that a catalog may not have.
    public Lexicon(DomainPack pack, WiderTitles elsewhere) {
        this.pack = pack;
        this.elsewhere = elsewhere;
        for (DomainPack.Theme theme : pack.themes()) {
            themes.put(theme.id(), theme);
            theme.words().forEach(word -> add(word, new Term.Themed(theme)));
        }
        for (DomainPack.CategoryWords category : pack.categories()) {
            labels.put(Folding.phrase(category.category()), category.label());
            var term = new Term.Category(category.category(), category.label());
            add(category.category(), term);
            category.words().forEach(word -> add(word, term));
        }
        amountWords = pack.amounts().stream()
                .flatMap(amount -> Stream.of(
                        amount.units(), amount.words(), amount.low(), amount.lower(), amount.high(), amount.higher()))
                .flatMap(List::stream)
                .collect(Collectors.toUnmodifiableSet());
        for (DomainPack.Facet facet : pack.facets()) {
            facet.words().forEach(word -> add(word, new Term.Asked(facet)));
            if (facet.mood()) {
                moods.put(facet.id(), facet);
            }
        }
    }

    // Words with one letter left out → the words as they are spelt.
    private void spell(String word) {
        if (word.length() >= SHORTEST_MISSPELT && word.length() <= LONGEST_MISSPELT && word.indexOf(' ') < 0) {
            for (String shorter : shortened(word)) {
                List<String> all = spellings.computeIfAbsent(shorter, unseen -> new ArrayList<>());
                if (!all.contains(word)) {
                    all.add(word);
                }
            }
        }
    }

    private void add(String word, Term term) {
        String key = Folding.phrase(word);
        for (String form :
                List.of(key, key + "s", key.endsWith("y") ? key.substring(0, key.length() - 1) + "ies" : key)) {
            spell(form);
            List<Term> known = table.exact(form);
            if (known == null) {
                List<Term> terms = new ArrayList<>();
                terms.add(term);
                table.add(form, terms);
            } else if (!known.contains(term) && known.getFirst().getClass() == term.getClass()) {
                known.add(term);
            }
        }
    }

    /// The pack it was made from.
    public DomainPack pack() {
        return pack;
    }

    /// The titles that a catalog may not have.
    WiderTitles elsewhere() {
        return elsewhere;
    }

    /// The theme of an id.
    public Optional<DomainPack.Theme> theme(String id) {
        return Optional.ofNullable(themes.get(id));
    }

    /// The mood of an id.
    public Optional<DomainPack.Facet> mood(String id) {
        return Optional.ofNullable(moods.get(id));
    }

    /// True when the pack has words for a category.
    boolean names(String category) {
        return labels.containsKey(Folding.phrase(category));
    }

    /// How a category is said in a sentence; the category itself where the pack does not say.
    public String label(String category) {
        return labels.getOrDefault(Folding.phrase(category), category);
    }

    PhraseTable.@Nullable Hit<List<Term>> at(List<Token> tokens, int from) {
        return table.at(tokens, from, 6);
    }

    /// The category that a word of at least five letters means that is one letter off a word of the pack and no other
    /// word is: one missing, one too many, or two neighbours changed about; the first letter is right. Another
    /// letter is
    /// mostly another word (`thrilled`, `shirt`), and themes and facets have too many neighbours (`spacey`,
    /// `paying`).
    @Nullable
    List<Term> misspelt(String word) {
        if (word.length() < SHORTEST_MISSPELT
                || word.length() > LONGEST_MISSPELT
                || known(word)
                || OTHER_WORDS.contains(word)) {
            return null;
        }
        List<String> near = new ArrayList<>();
        for (String shorter : shortened(word)) {
            near.addAll(spellings.getOrDefault(shorter, List.of()));
        }
        List<List<Term>> meant = near.stream()
                .filter(spelling -> spelling.charAt(0) == word.charAt(0) && oneOff(word, spelling))
                .map(table::exact)
                .filter(java.util.Objects::nonNull)
                .filter(terms -> terms.stream().allMatch(Term.Category.class::isInstance))
                .distinct()
                .toList();
        return meant.size() == 1 ? meant.getFirst() : null;
    }

    private boolean known(String word) {
        return table.exact(word) != null || pack.commonWords().contains(word);
    }

    private static List<String> shortened(String word) {
        List<String> all = new ArrayList<>(List.of(word));
        for (int i = 1; i < word.length(); i++) {
            all.add(word.substring(0, i) + word.substring(i + 1));
        }
        return all;
    }

    private static boolean oneOff(String a, String b) {
        int from = 0;
        while (from < Math.min(a.length(), b.length()) && a.charAt(from) == b.charAt(from)) {
            from++;
        }
        String left = a.substring(from);
        String right = b.substring(from);
        if (left.length() == right.length()) {
            return left.length() > 1
                    && left.charAt(0) == right.charAt(1)
                    && left.charAt(1) == right.charAt(0)
                    && left.substring(2).equals(right.substring(2));
        }
        return left.length() == right.length() + 1 && left.substring(1).equals(right)
                || right.length() == left.length() + 1 && right.substring(1).equals(left);
    }

    /// True for a word that speaks of an amount, such as `cheap` or `euros`.
    boolean amount(String word) {
        return amountWords.contains(word);
    }

    /// True for a verb that says that one has had an item, such as `watched`.
    boolean had(String word) {
        return pack.speech().hadWords().contains(word);
    }

    boolean knows(String word) {
        return table.exact(word) != null;
    }
}
