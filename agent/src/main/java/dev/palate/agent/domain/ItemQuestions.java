package dev.palate.agent.domain;

import dev.palate.memory.catalog.ItemId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Tells questions about an item, such as `who directed Alien?`, `is it any good?` or `tell me about the second one`,
/// from wishes. Stateless.
final class ItemQuestions {
    private static final int MAX_WORDS = 16;
    private static final Pattern OF_IT = Pattern.compile("((has|is|isnt|was|does|did|will) (it|that one|this one)"
            + "|(what|whats|who|whos|how|when|where) .*\\b(it|that one|this one)( (about|in))?$"
            + "|(can you |could you )?tell me (more |something )?about (it|that one|this one)$)\\b.*");
    private static final Set<String> ASKING =
            Set.of("is", "was", "does", "did", "has", "who", "whos", "whose", "when", "how", "what", "whats", "where");
    private static final Set<String> ORDERING =
            Set.of("like", "similar", "recommend", "suggest", "show", "find", "give", "possible");
    private static final Set<String> WISHING = Set.of(
            "something",
            "anything",
            "else",
            "other",
            "others",
            "another",
            "than",
            "looking",
            "want",
            "there",
            "should");

    private ItemQuestions() {}

    /// True when the message asks for facts of an item.
    static boolean asks(List<Token> tokens, Spots spots) {
        int from = opener(tokens);
        String phrase = PhraseTable.join(tokens, from, tokens.size() - from);
        return tokens.size() <= MAX_WORDS
                && !has(tokens, spots, ORDERING)
                && (OF_IT.matcher(phrase).matches() || ofTitles(tokens, spots, from));
    }

    /// The items that are named in such a question; none where it only says `it`.
    static List<ItemId> about(List<Token> tokens, Spots spots) {
        if (!asks(tokens, spots)) {
            return List.of();
        }
        Set<ItemId> items = new LinkedHashSet<>();
        for (Spots.Spot spot : spots.all()) {
            for (Mention mention : spot.mentions()) {
                if (mention instanceof Mention.Title title) {
                    items.add(title.item());
                }
            }
        }
        return new ArrayList<>(items);
    }

    private static boolean ofTitles(List<Token> tokens, Spots spots, int from) {
        boolean titled = spots.all().stream().anyMatch(Spots.Spot::title);
        String first = tokens.get(from).word();
        String next = from + 1 < tokens.size() ? tokens.get(from + 1).word() : "";
        boolean asking = ASKING.contains(first) && !next.equals("about") || tells(tokens, from);
        return titled && asking && !has(tokens, spots, WISHING);
    }

    private static boolean has(List<Token> tokens, Spots spots, Set<String> words) {
        for (int i = 0; i < tokens.size(); i++) {
            if (!spots.inTitle(i) && words.contains(tokens.get(i).word())) {
                return true;
            }
        }
        return false;
    }

    private static boolean tells(List<Token> tokens, int from) {
        String phrase = PhraseTable.join(tokens, from, Math.min(5, tokens.size() - from));
        return phrase.startsWith("tell me about ") || phrase.startsWith("tell me more about ");
    }

    private static int opener(List<Token> tokens) {
        int i = 0;
        while (i < tokens.size() - 1 && Questions.OPENERS.contains(tokens.get(i).word())) {
            i++;
        }
        return i;
    }
}
