package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Cuts a message into clauses, the reach of a negation: at commas, colons, sentence ends, `but` and its like, and at
/// `and` where a new statement begins. Never inside a title. Immutable.
final class Clauses {
    private static final Set<String> CONTRAST =
            Set.of("but", "though", "although", "however", "yet", "whereas", "because", "except");
    private static final Set<String> STARTERS = Set.of(
            "i",
            "im",
            "id",
            "ive",
            "no",
            "not",
            "nothing",
            "without",
            "please",
            "maybe",
            "something",
            "hate",
            "love",
            "loved",
            "hated",
            "dislike",
            "never",
            "dont",
            "we",
            "also",
            "my",
            "show",
            "give",
            "suggest",
            "recommend",
            "now",
            "nor");
    private static final Set<String> KEEPS_BUT = Set.of("nothing", "anything", "everything", "none");

    /// @param from index of the first word
    /// @param to index after the last
    /// @param sentence counted from 0
    /// @param question true when its sentence ends in a question mark
    record Clause(int from, int to, int sentence, boolean question) {}

    private final List<Clause> clauses = new ArrayList<>();
    private final int[] starts;

    Clauses(String text, List<Token> tokens, Spots spots) {
        starts = new int[tokens.size()];
        int from = 0;
        int sentence = 0;
        for (int i = 1; i <= tokens.size(); i++) {
            boolean ends = i == tokens.size() || sentenceEnd(tokens.get(i)) && !spots.insideTitle(i);
            if (ends || !spots.insideTitle(i) && begins(tokens, i)) {
                add(tokens, from, i, sentence, ends, text);
                from = i;
                sentence += ends ? 1 : 0;
            }
        }
        for (Clause clause : clauses) {
            for (int i = clause.from(); i < clause.to(); i++) {
                starts[i] = clause.from();
            }
        }
    }

    // A question mark makes questions of all clauses of its sentence; the reader tells statements among them.
    private void add(List<Token> tokens, int from, int to, int sentence, boolean ends, String text) {
        clauses.add(new Clause(from, to, sentence, false));
        if (!ends) {
            return;
        }
        String gap = to < tokens.size()
                ? tokens.get(to).gap()
                : text.substring(tokens.get(to - 1).end());
        if (gap.indexOf('?') >= 0) {
            clauses.replaceAll(clause ->
                    clause.sentence() == sentence ? new Clause(clause.from(), clause.to(), sentence, true) : clause);
        }
    }

    private static boolean sentenceEnd(Token token) {
        return token.afterAny("!?;\n")
                || token.gap().startsWith(".") && token.gap().length() > 1;
    }

    private static boolean begins(List<Token> tokens, int i) {
        Token token = tokens.get(i);
        String before = tokens.get(i - 1).word();
        boolean aside = token.afterAny("()") && Cues.year(token.word()) == null && Cues.year(before) == null;
        if (aside || token.afterAny(",:—–") || token.gap().contains(" - ")) {
            return true;
        }
        if (CONTRAST.contains(token.word())) {
            return !KEEPS_BUT.contains(before);
        }
        boolean joins = token.word().equals("and") || token.word().equals("so");
        return joins
                && i + 1 < tokens.size()
                && STARTERS.contains(tokens.get(i + 1).word());
    }

    List<Clause> all() {
        return clauses;
    }

    /// Where the clause of the word starts.
    int start(int word) {
        return starts[word];
    }
}
