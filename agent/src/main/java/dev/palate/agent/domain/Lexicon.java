package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The words of a domain pack, compiled; with plurals. Immutable and thread-safe.
///
/// A phrase may stand for several categories, such as `romcom`.
public final class Lexicon {
    private final DomainPack pack;
    private final WiderTitles elsewhere;
    private final PhraseTable<List<Term>> table = new PhraseTable<>();
    private final Map<String, DomainPack.Theme> themes = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();

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
        for (DomainPack.Facet facet : pack.facets()) {
            facet.words().forEach(word -> add(word, new Term.Asked(facet)));
        }
    }

    private void add(String word, Term term) {
        String key = Folding.phrase(word);
        for (String form :
                List.of(key, key + "s", key.endsWith("y") ? key.substring(0, key.length() - 1) + "ies" : key)) {
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

    /// How a category is said in a sentence; the category itself where the pack does not say.
    public String label(String category) {
        return labels.getOrDefault(Folding.phrase(category), category);
    }

    PhraseTable.@Nullable Hit<List<Term>> at(List<Token> tokens, int from) {
        return table.at(tokens, from, 6);
    }

    boolean knows(String word) {
        return table.exact(word) != null;
    }
}
