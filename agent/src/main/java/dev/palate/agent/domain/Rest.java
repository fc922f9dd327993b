package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The words of a message that are left when everything understood is taken out, and everything empty. Stateless.
final class Rest {
    private static final int MAX_WORDS = 24;
    private static final List<Set<String>> SPENT = List.of(
            Cues.EMPTY,
            Cues.LOVE,
            Cues.HATE,
            Cues.DISLIKE,
            Cues.NOT,
            Cues.EXCLUDE,
            Cues.WISH,
            Cues.OPEN_WISH,
            Cues.SELF,
            Cues.OTHERS,
            Cues.PRONOUNS,
            Cues.COPULA,
            Cues.QUESTION,
            Cues.PRAISE,
            Cues.BLAME,
            Cues.KIN);

    private Rest() {}

    static String of(List<Token> tokens, Spots spots, List<Unknown> unknown, CatalogSnapshot catalog) {
        Set<String> admitted = unknown.stream()
                .flatMap(wish -> Stream.of(Folding.phrase(wish.words()).split(" ", -1)))
                .collect(java.util.stream.Collectors.toSet());
        List<String> rest = new ArrayList<>();
        boolean negated = false;
        for (int i = 0; i < tokens.size() && rest.size() < MAX_WORDS; i++) {
            Token token = tokens.get(i);
            String word = token.word();
            negated = Cues.NOT.contains(word)
                    || Cues.EXCLUDE.contains(word)
                    || negated && !token.afterAny(",.;:!?\n") && !word.equals("but");
            boolean spent = token.gap().equals("-")
                    || spent(word)
                    || catalog.lexicon().pack().nouns().contains(word)
                    || catalog.lexicon().had(word)
                    || catalog.lexicon().amount(word)
                    || token.number() && !catalog.lexicon().pack().amounts().isEmpty()
                    || EraReader.time(word)
                    || EraReader.counts(tokens, i);
            if (!negated && !spent && spots.at(i) == null && !admitted.contains(word)) {
                rest.add(word);
            }
        }
        return String.join(" ", rest);
    }

    /// True for a word that carries no matter of its own.
    static boolean spent(String word) {
        return SPENT.stream().anyMatch(set -> set.contains(word));
    }
}
