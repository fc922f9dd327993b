package dev.palate.agent.domain;

import dev.palate.memory.catalog.ItemId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Tells questions about an item, such as `who directed Alien?`, `is it any good?` or `tell me about the second one`,
/// from wishes: one sentence that asks, wishes nothing and tells nothing of the person. Made for one message;
/// immutable.
final class ItemQuestions {
    private static final int MAX_WORDS = 16;
    private static final String IT = "(it|that one|this one)";
    private static final Pattern OF_IT = Pattern.compile("(has|is|isnt|was|does|did|will) " + IT + "( .*)?"
            + "|(what|whats|who|whos|how|when|where)(?! about)( \\w+){0,3} " + IT + "( about| in)?");
    private static final Pattern TELL =
            Pattern.compile("((can|could) you )?tell me (more |something )?about (?!a |an |some )");
    private static final Set<String> ASKING =
            Set.of("is", "was", "does", "did", "has", "who", "whos", "whose", "when", "how", "what", "whats", "where");
    // With one of these it wishes.
    private static final Set<String> WISHING = Set.of(
            "like",
            "similar",
            "recommend",
            "suggest",
            "show",
            "find",
            "give",
            "possible",
            "something",
            "else",
            "other",
            "others",
            "another",
            "than",
            "looking",
            "want",
            "there",
            "should",
            "watch",
            "see",
            "tonight",
            "ok",
            "okay",
            "have",
            "got",
            "with");

    private final List<Token> tokens;
    private final Spots spots;
    private final Clauses clauses;
    private final Lexicon lexicon;

    ItemQuestions(List<Token> tokens, Spots spots, Clauses clauses, Lexicon lexicon) {
        this.tokens = tokens;
        this.spots = spots;
        this.clauses = clauses;
        this.lexicon = lexicon;
    }

    /// True when the message asks for facts of an item.
    boolean asks() {
        int from = opener();
        if (tokens.size() > MAX_WORDS || clauses.all().getLast().sentence() > 0) {
            return false;
        }
        String phrase = PhraseTable.join(tokens, from, tokens.size() - from);
        boolean tells = TELL.matcher(phrase).lookingAt();
        String about = tells ? TELL.matcher(phrase).replaceFirst("") : phrase;
        boolean ofIt = tells ? about.matches(IT) : OF_IT.matcher(phrase).matches();
        String next = from + 1 < tokens.size() ? tokens.get(from + 1).word() : "";
        boolean asking = tells || ASKING.contains(tokens.get(from).word()) && !next.equals("about");
        return (ofIt || asking && titled()) && !wishes(tells);
    }

    /// The items that are named in such a question; none where it only says `it`.
    List<ItemId> about() {
        if (!asks()) {
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

    private boolean titled() {
        return spots.all().stream().anyMatch(Spots.Spot::title);
    }

    // A wish, or a word of the person: "what's good if I loved Heat?".
    private boolean wishes(boolean tells) {
        for (int i = 0; i < tokens.size(); i++) {
            String word = tokens.get(i).word();
            boolean own = Cues.SELF.contains(word) && !(tells && word.equals("me"));
            boolean view = Cues.LOVE.contains(word) || Cues.HATE.contains(word) || lexicon.had(word);
            if (!spots.inTitle(i) && (own || view || WISHING.contains(word))) {
                return true;
            }
        }
        return false;
    }

    private int opener() {
        int i = 0;
        while (i < tokens.size() - 1 && Questions.OPENERS.contains(tokens.get(i).word())) {
            i++;
        }
        return i;
    }
}
