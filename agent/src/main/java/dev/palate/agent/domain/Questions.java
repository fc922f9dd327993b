package dev.palate.agent.domain;

import java.util.List;
import java.util.Set;

/// Tells questions from statements, and wishes put as questions from questions about the world. Immutable.
final class Questions {
    /// Words that may open a clause without changing what it is.
    static final Set<String> OPENERS =
            Set.of("but", "and", "so", "well", "ok", "okay", "though", "although", "however", "yet", "because", "now");

    private static final Set<String> REQUEST = Set.of(
            "recommend",
            "suggest",
            "any",
            "good",
            "should",
            "watch",
            "have",
            "got",
            "find",
            "show",
            "something",
            "about",
            "best",
            "there",
            "anything",
            "great",
            "give");
    private static final Set<String> NEVER_WISHES =
            Set.of("do", "does", "did", "is", "are", "why", "who", "what", "which", "when", "where");

    private final List<Token> tokens;
    private final Clauses clauses;

    Questions(List<Token> tokens, Clauses clauses) {
        this.tokens = tokens;
        this.clauses = clauses;
    }

    /// True for a view of the user's, true or not: liking, disliking, having seen.
    static boolean attitude(Stance stance) {
        return switch (stance) {
            case LIKED, TOLERATED, DISLIKED, HATED, SEEN -> true;
            case WANTED, EXCLUDED, REFERENCE -> false;
        };
    }

    /// The first word of the clause that says what it is.
    int opener(Clauses.Clause clause) {
        int i = clause.from();
        while (i < clause.to() - 1 && OPENERS.contains(tokens.get(i).word())) {
            i++;
        }
        return i;
    }

    /// True when the clause asks. Without a question mark only openers that begin no wish count: "do people like
    /// horror"; "does not like horror" states.
    boolean asked(Clauses.Clause clause) {
        int i = opener(clause);
        String first = tokens.get(i).word();
        boolean denied =
                i + 1 < clause.to() && Cues.NOT.contains(tokens.get(i + 1).word());
        boolean asking = Cues.QUESTION.contains(first) && !first.equals("any");
        if (clause.question()) {
            return asking || !Cues.SELF.contains(first) && !statedBefore(clause);
        }
        return asking && !denied && NEVER_WISHES.contains(first);
    }

    // "Musicals are awful, what else is there?": the last clause asks, those before it state.
    private boolean statedBefore(Clauses.Clause clause) {
        Clauses.Clause last = clauses.all().stream()
                .filter(another -> another.sentence() == clause.sentence())
                .reduce((a, b) -> b)
                .orElse(clause);
        return !last.equals(clause)
                && Cues.QUESTION.contains(tokens.get(opener(last)).word());
    }

    /// True when a clause that asks is a wish all the same: "do you have any westerns?".
    boolean requests(Clauses.Clause clause, Stance stance) {
        if (attitude(stance)) {
            return false;
        }
        for (int i = clause.from(); i < clause.to(); i++) {
            String word = tokens.get(i).word();
            if (REQUEST.contains(word) || Cues.WISH.contains(word)) {
                return true;
            }
        }
        return stance == Stance.REFERENCE || stance == Stance.EXCLUDED;
    }
}
