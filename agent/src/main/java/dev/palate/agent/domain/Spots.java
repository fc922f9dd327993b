package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The places of a message that speak of something known: titles, then the lexicon, then tags. Immutable.
final class Spots {
    /// @param from index of the first word
    /// @param to index after the last
    /// @param mentions what it speaks of; several where one word means several categories; empty for a facet
    /// @param facet asked for, when it is one
    record Spot(int from, int to, List<Mention> mentions, DomainPack.@Nullable Facet facet) {
        boolean mood() {
            return facet != null && facet.mood();
        }

        boolean title() {
            return !mentions.isEmpty() && mentions.getFirst().titled();
        }
    }

    private final List<Spot> spots = new ArrayList<>();
    private final @Nullable Spot[] byWord;

    /// @param shown the list before the message, absent what is gone
    Spots(List<Token> tokens, CatalogSnapshot catalog, List<Optional<Mention.Title>> shown) {
        byWord = new Spot[tokens.size()];
        DatedTitles.read(tokens, catalog).forEach(this::put);
        for (TitleMatch match : catalog.gazetteer().find(tokens)) {
            put(new Spot(
                    match.from(),
                    match.to(),
                    List.of(new Mention.Title(match.item(), match.title(), match.year())),
                    null));
        }
        catalog.elsewhere().find(tokens, catalog).forEach(this::put);
        new PlaceReader(tokens, shown, catalog.lexicon(), i -> byWord[i] != null)
                .read()
                .forEach(this::put);
        for (int i = 0; i < tokens.size(); i++) {
            if (byWord[i] == null) {
                put(catalog.people().at(tokens, i));
            }
            if (byWord[i] == null) {
                put(known(tokens, i, catalog));
            }
        }
        spots.sort(java.util.Comparator.comparingInt(Spot::from));
    }

    private void put(@Nullable Spot spot) {
        if (spot == null) {
            return;
        }
        for (int i = spot.from(); i < spot.to(); i++) {
            if (byWord[i] != null) {
                return;
            }
        }
        for (int i = spot.from(); i < spot.to(); i++) {
            byWord[i] = spot;
        }
        spots.add(spot);
    }

    private static @Nullable Spot known(List<Token> tokens, int i, CatalogSnapshot catalog) {
        PhraseTable.Hit<List<Term>> hit = catalog.lexicon().at(tokens, i);
        PhraseTable.Hit<Mention.Category> own = catalog.categoryAt(tokens, i);
        if (own != null && (hit == null || own.length() > hit.length())) {
            return new Spot(i, i + own.length(), List.of(own.value()), null);
        }
        PhraseTable.Hit<String> tag = catalog.tagAt(tokens, i);
        if (tag != null && (hit == null || tag.length() > hit.length())) {
            return new Spot(i, i + tag.length(), List.of(new Mention.Tag(tag.value())), null);
        }
        if (hit == null) {
            hit = misspelt(tokens, i, catalog);
        }
        if (hit == null) {
            return null;
        }
        List<Mention> mentions = new ArrayList<>();
        DomainPack.Facet facet = null;
        for (Term term : hit.value()) {
            switch (term) {
                case Term.Category category ->
                    mentions.add(new Mention.Category(
                            catalog.category(category.category()).orElse(category.category()),
                            category.label(),
                            catalog.category(category.category()).isPresent()));
                case Term.Themed themed -> mentions.add(new Mention.Theme(themed.theme()));
                case Term.Asked asked -> facet = asked.facet();
            }
        }
        return new Spot(i, i + hit.length(), mentions, facet);
    }

    // A word that stands in some item's text is spelt as it is meant, and so is a name.
    private static PhraseTable.@Nullable Hit<List<Term>> misspelt(List<Token> tokens, int i, CatalogSnapshot catalog) {
        String word = tokens.get(i).word();
        boolean name = i > 0 && Character.isUpperCase(tokens.get(i).raw().charAt(0));
        if (name || catalog.mentions(word)) {
            return null;
        }
        List<Term> meant = catalog.lexicon().misspelt(word);
        return meant == null ? null : new PhraseTable.Hit<>(meant, 1);
    }

    List<Spot> all() {
        return spots;
    }

    @Nullable
    Spot at(int word) {
        return byWord[word];
    }

    boolean inTitle(int word) {
        Spot spot = byWord[word];
        return spot != null && spot.title();
    }

    /// True for the words of a title after its first.
    boolean insideTitle(int word) {
        Spot spot = byWord[word];
        return spot != null && spot.title() && spot.from() < word;
    }
}
