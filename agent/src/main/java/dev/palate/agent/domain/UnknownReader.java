package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds wishes that the catalog knows nothing of: facets without a field, people nobody tagged, relative clauses
/// without a known word, such as `a film that smells of fresh bread`, and matters that stand in no item's text, such
/// as `something about zeppelins`. Stateless.
final class UnknownReader {
    private static final int MAX_WORDS = 100;
    private static final int MAX_WISHES = 6;
    private static final Set<String> MODIFIERS = Set.of(
            "something",
            "anything",
            "nothing",
            "not",
            "too",
            "very",
            "more",
            "less",
            "a",
            "bit",
            "really",
            "slightly",
            "in",
            "with",
            "no",
            "little",
            "so",
            "on",
            "without");
    private static final Set<String> OF_PEOPLE = Set.of("with", "starring", "featuring", "by", "stars");
    private static final Set<String> OF_MATTER =
            Set.of("about", "with", "involving", "featuring", "around", "concerning");
    private static final Set<String> JOINING = Set.of("and", "or");
    private static final Set<String> DETERMINERS = Set.of("a", "an", "the", "some", "many", "any");
    private static final int MAX_MATTER = 3;
    private static final Set<String> RELATIVE = Set.of("that", "which", "where", "who", "whose");

    private UnknownReader() {}

    static List<Unknown> read(String text, List<Token> tokens, Spots spots, Clauses clauses, CatalogSnapshot catalog) {
        List<Unknown> found = new ArrayList<>();
        Set<String> about = new HashSet<>();
        for (Clauses.Clause clause : clauses.all()) {
            for (int i = clause.from(); i < clause.to(); i++) {
                Unknown unknown = facet(text, tokens, spots, clause, i, catalog);
                if (unknown == null) {
                    unknown = person(text, tokens, spots, clause, i);
                }
                if (unknown == null) {
                    unknown = relative(text, tokens, spots, clause, i, catalog);
                }
                if (unknown == null) {
                    unknown = matter(text, tokens, spots, clause, i, catalog);
                }
                if (unknown != null && found.size() < MAX_WISHES && about.add(unknown.about() + unknown.words())) {
                    found.add(unknown);
                }
            }
        }
        return found;
    }

    private static @Nullable Unknown facet(
            String text, List<Token> tokens, Spots spots, Clauses.Clause clause, int i, CatalogSnapshot catalog) {
        Spots.Spot spot = spots.at(i);
        if (spot == null
                || spot.facet() == null
                || spot.mood()
                || spot.from() != i
                || !wishful(tokens, clause, catalog)) {
            return null;
        }
        int from = i;
        while (from > clause.from() && MODIFIERS.contains(tokens.get(from - 1).word())) {
            from--;
        }
        return new Unknown(spot.facet().label(), words(text, tokens, from, spot.to()));
    }

    // "I had a long day" speaks of no film.
    static boolean wishful(List<Token> tokens, Clauses.Clause clause, CatalogSnapshot catalog) {
        if (clause.to() - clause.from() <= 4) {
            return true;
        }
        Set<String> nouns = catalog.lexicon().pack().nouns();
        for (int i = clause.from(); i < clause.to(); i++) {
            String word = tokens.get(i).word();
            if (Cues.WISH.contains(word) || Cues.OPEN_WISH.contains(word) || nouns.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Unknown person(
            String text, List<Token> tokens, Spots spots, Clauses.Clause clause, int i) {
        if (!OF_PEOPLE.contains(tokens.get(i).word())) {
            return null;
        }
        int to = i + 1;
        while (to < clause.to()
                && spots.at(to) == null
                && Character.isUpperCase(tokens.get(to).raw().codePointAt(0))
                && !tokens.get(to).word().equals("i")) {
            to++;
        }
        return to == i + 1 ? null : new Unknown("people", words(text, tokens, i + 1, to));
    }

    private static @Nullable Unknown relative(
            String text, List<Token> tokens, Spots spots, Clauses.Clause clause, int i, CatalogSnapshot catalog) {
        boolean opens = RELATIVE.contains(tokens.get(i).word())
                && i > clause.from()
                && catalog.lexicon().pack().nouns().contains(tokens.get(i - 1).word());
        if (!opens || clause.to() - i < 3) {
            return null;
        }
        for (int j = i + 1; j < clause.to(); j++) {
            String word = tokens.get(j).word();
            if (spots.at(j) != null
                    || Cues.SELF.contains(word)
                    || Cues.OTHERS.contains(word)
                    || Cues.PRAISE.contains(word)
                    || Cues.year(word) != null
                    || catalog.taggedWith(word)
                            && !catalog.lexicon().pack().commonWords().contains(word)) {
                return null;
            }
        }
        return new Unknown("that", words(text, tokens, i + 1, clause.to()));
    }

    // "something about zeppelins": none of its words stands in the text of any item.
    private static @Nullable Unknown matter(
            String text, List<Token> tokens, Spots spots, Clauses.Clause clause, int i, CatalogSnapshot catalog) {
        if (!opensMatter(tokens, clause, i) || !wishful(tokens, clause, catalog)) {
            return null;
        }
        int from = i + 1;
        while (from < clause.to() && DETERMINERS.contains(tokens.get(from).word())) {
            from++;
        }
        int to = from;
        while (to < clause.to() && to - from < MAX_MATTER && content(tokens.get(to), catalog)) {
            if (spots.at(to) != null || catalog.mentions(tokens.get(to).word())) {
                return null;
            }
            to++;
        }
        return to == from ? null : new Unknown("that", words(text, tokens, from, to));
    }

    private static boolean opensMatter(List<Token> tokens, Clauses.Clause clause, int i) {
        String word = tokens.get(i).word();
        return OF_MATTER.contains(word)
                || JOINING.contains(word)
                        && tokens.subList(clause.from(), i).stream()
                                .anyMatch(token -> OF_MATTER.contains(token.word()));
    }

    private static boolean content(Token token, CatalogSnapshot catalog) {
        String word = token.word();
        return word.length() > 2
                && word.chars().allMatch(Character::isLetter)
                && !Rest.spent(word)
                && !catalog.lexicon().had(word);
    }

    private static String words(String text, List<Token> tokens, int from, int to) {
        int start = tokens.get(from).start();
        String words = text.substring(start, Math.min(tokens.get(to - 1).end(), start + MAX_WORDS));
        return words.replaceAll("\\s+", " ");
    }
}
