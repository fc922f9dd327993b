package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the claims of a message clause by clause: the last word of liking, negation or wishing before a mention
/// governs it, or a predicate after it does. Made for one message; not thread-safe.
///
/// Views of others are left out; `it` and `but I don't` take up what was spoken of before; a list after a comma goes on
/// with the stance of the clause before.
final class ClaimReader {
    private static final Set<String> LINKS =
            Set.of("and", "or", "also", "the", "a", "an", "nor", "any", "some", "please");
    private static final Set<String> FANS = Set.of("fan", "fans", "lover", "buff", "fanatic", "nut", "addict");
    private static final Set<String> NO_EXCLUSION =
            Set.of("idea", "problem", "matter", "one", "thanks", "thank", "worries", "doubt", "clue", "longer");
    private static final Set<String> LASTING_WISH =
            Set.of("want", "need", "recommend", "suggest", "show", "watch", "see");
    private static final int MAX_QUOTE = 1_000;

    private final String text;
    private final List<Token> tokens;
    private final Spots spots;
    private final Clauses clauses;
    private final Questions questions;
    private final Lexicon lexicon;
    private final ClaimList claims = new ClaimList();

    private List<Mention> lastMentions = List.of();
    private int lastFrom;
    private @Nullable Stance stanceBefore;
    private boolean lastingBefore;

    // The state of the clause being read.
    private @Nullable Stance stance;
    private boolean lasting;
    private boolean negated;
    private boolean other;
    private boolean ignored;

    ClaimReader(String text, List<Token> tokens, Spots spots, Clauses clauses, Lexicon lexicon) {
        this.lexicon = lexicon;
        this.text = text;
        this.tokens = tokens;
        this.spots = spots;
        this.clauses = clauses;
        this.questions = new Questions(tokens, clauses);
    }

    List<Claim> read() {
        for (Clauses.Clause clause : clauses.all()) {
            readClause(clause);
        }
        return claims.toList();
    }

    private void readClause(Clauses.Clause clause) {
        boolean continues = continuesList(clause);
        stance = continues ? stanceBefore : null;
        lasting = continues && lastingBefore;
        negated = false;
        other = continues && other;
        ignored = continues && ignored;
        List<Mention> spokenOf = new ArrayList<>();
        int i = clause.from();
        while (i < clause.to()) {
            Spots.Spot spot = spots.at(i);
            if (spot != null && spot.facet() == null) {
                if (!kinOf(spot)) {
                    spokenOf.addAll(spot.mentions());
                }
                claim(clause, spot, continues ? lastFrom : clause.from());
                i = Math.max(i + 1, Math.min(spot.to(), clause.to()));
            } else if (spot != null && spot.mood()) {
                // "Not as dark" negates nothing else.
                i = Math.max(i + 1, Math.min(spot.to(), clause.to()));
            } else {
                govern(clause, i);
                i++;
            }
        }
        if (spokenOf.isEmpty()) {
            takeUp(clause);
        } else {
            lastMentions = spokenOf;
            lastFrom = continues ? lastFrom : clause.from();
        }
        if (stance != null || !spokenOf.isEmpty()) {
            stanceBefore = stance;
            lastingBefore = lasting;
        }
    }

    private void govern(Clauses.Clause clause, int i) {
        String word = tokens.get(i).word();
        String before = i > clause.from() ? tokens.get(i - 1).word() : "";
        String after = i + 1 < clause.to() ? tokens.get(i + 1).word() : "";
        subject(word, after);
        if (Cues.NOT.contains(word)) {
            negated = !after.equals("only") && !negated;
        } else if (word.equals("like")) {
            like(clause, i, before);
        } else if (Cues.LOVE.contains(word)) {
            take(negated ? Stance.DISLIKED : Stance.LIKED, true);
        } else if (Cues.HATE.contains(word)) {
            take(negated ? Stance.TOLERATED : Stance.HATED, true);
        } else if (Cues.DISLIKE.contains(word)) {
            take(negated ? Stance.TOLERATED : Stance.DISLIKED, true);
        } else if (lexicon.had(word)) {
            ignored = negated;
            take(Stance.SEEN, true);
        } else if (Cues.EXCLUDE.contains(word)) {
            exclude(clause, word, after);
        } else if (Cues.WISH.contains(word)) {
            take(negated ? Stance.EXCLUDED : Stance.WANTED, LASTING_WISH.contains(word));
        } else if (Cues.OPEN_WISH.contains(word) && stance == null && !negated) {
            take(Stance.WANTED, false);
        } else {
            idiom(clause, i, word, before, after);
        }
    }

    private void idiom(Clauses.Clause clause, int i, String word, String before, String after) {
        switch (word) {
            case "stand", "bear", "abide" -> takeNegated(Stance.HATED);
            case "mind" -> takeNegated(Stance.TOLERATED);
            case "care" -> takeNegated(Stance.DISLIKED);
            case "fan", "fans" -> take(negated ? Stance.DISLIKED : Stance.LIKED, true);
            case "into" -> {
                if (i > clause.from()
                        && Set.of("im", "really", "am", "not", "so", "very", "much")
                                .contains(before)) {
                    take(negated ? Stance.DISLIKED : Stance.LIKED, true);
                }
            }
            case "tired", "sick", "bored" -> {
                if (Set.of("of", "with", "by").contains(after)) {
                    take(negated ? Stance.TOLERATED : Stance.DISLIKED, true);
                }
            }
            case "but" -> {
                if (before.equals("anything") || before.equals("everything")) {
                    take(Stance.EXCLUDED, false);
                } else if (before.equals("nothing") || before.equals("none")) {
                    take(Stance.WANTED, false);
                }
            }
            case "over" -> {
                if (stance == Stance.LIKED && spots.at(i - 1) != null) {
                    take(Stance.TOLERATED, false);
                }
            }
            case "than", "from", "of" -> {
                if (Set.of("other", "apart", "aside", "instead", "rather").contains(before)) {
                    take(Stance.EXCLUDED, false);
                }
            }
            case "similar", "lines" -> {
                if ((after.equals("to") || after.equals("of")) && !negated && !Questions.attitude(orWanted())) {
                    take(Stance.REFERENCE, false);
                }
            }
            case "less", "fewer", "enough", "too" -> {
                if (!negated && !Cues.PRAISE.contains(before) && (stance == null || stance == Stance.WANTED)) {
                    take(Stance.EXCLUDED, false);
                }
            }
            default -> {}
        }
    }

    private void subject(String word, String after) {
        if (stance != null && stance != Stance.WANTED) {
            return;
        }
        if ((word.equals("my") || word.equals("our") || word.equals("the")) && Cues.KIN.contains(after)) {
            other = true;
        } else if (Cues.SELF.contains(word)) {
            other = false;
        } else if (Cues.OTHERS.contains(word)) {
            other = true;
        }
    }

    private void take(Stance next, boolean lasts) {
        stance = next;
        lasting = lasts;
        negated = false;
    }

    private Stance orWanted() {
        return stance == null ? Stance.WANTED : stance;
    }

    private void takeNegated(Stance next) {
        if (negated) {
            take(next, true);
        }
    }

    private void like(Clauses.Clause clause, int i, String before) {
        Spots.Spot spotBefore = i > clause.from() ? spots.at(i - 1) : null;
        boolean reference = i == clause.from()
                || Cues.REFERENCE_BEFORE_LIKE.contains(before)
                || spotBefore != null && spotBefore.facet() == null && !other && !kinOf(spotBefore);
        if (i > clause.from()
                && (stance == Stance.DISLIKED || stance == Stance.HATED)
                && !Cues.SELF.contains(before)
                && !Cues.NOT.contains(before)) {
            // "don't like sequels like Rocky II": an example of what is not liked.
            return;
        }
        if (Set.of("id", "would", "feel", "wed", "wouldnt").contains(before)) {
            take(negated ? Stance.EXCLUDED : Stance.WANTED, false);
        } else if (Set.of("looks", "sounds", "seems", "feels").contains(before)) {
            ignored = false;
        } else if (reference) {
            take(negated ? Stance.EXCLUDED : Stance.REFERENCE, false);
        } else {
            take(negated ? Stance.DISLIKED : Stance.LIKED, true);
        }
    }

    private void exclude(Clauses.Clause clause, String word, String after) {
        if (word.equals("no") && NO_EXCLUSION.contains(after)) {
            negated = after.equals("longer");
            return;
        }
        if (word.equals("none") && stance == Stance.SEEN) {
            ignored = true;
            return;
        }
        if (word.equals("none") && stance == Stance.LIKED) {
            take(Stance.DISLIKED, true);
            return;
        }
        boolean transitory = word.equals("except") || word.equals("minus") || word.equals("skip");
        if (negated) {
            take(Stance.WANTED, false);
        } else {
            take(Stance.EXCLUDED, !transitory && !passing(clause));
        }
    }

    private boolean passing(Clauses.Clause clause) {
        for (int i = clause.from(); i < clause.to(); i++) {
            if (Cues.TRANSIENT.contains(tokens.get(i).word())) {
                return true;
            }
        }
        return false;
    }

    private void claim(Clauses.Clause clause, Spots.Spot spot, int quoteFrom) {
        Stance governed = stance;
        boolean lasts = lasting && !(governed == Stance.EXCLUDED && passing(clause));
        if (freeOf(spot)) {
            governed = Stance.EXCLUDED;
            lasts = !passing(clause);
        } else if (governed == null || governed == Stance.WANTED) {
            Stance own = ownStance(clause, spot);
            lasts = own == Stance.LIKED || own == Stance.DISLIKED;
            governed = own;
        } else if (negated && governed == Stance.LIKED) {
            governed = Stance.DISLIKED;
        }
        if (ignored && governed == Stance.SEEN
                || other && Questions.attitude(governed)
                || questions.asked(clause) && !questions.requests(clause, governed) && !suggested(clause, spot)) {
            return;
        }
        boolean either = governed == Stance.WANTED && (joined(clause, spot, "or") || listed(clause, spot));
        boolean firm = !kinOf(spot);
        String quote = quote(quoteFrom, clause.to());
        for (Mention mention : spot.mentions()) {
            Stance fitting = governed == Stance.REFERENCE && !mention.titled() ? Stance.WANTED : governed;
            claims.add(new Claim(mention, fitting, lasts && mention.remembered(), firm, either, quote));
        }
    }

    // "Or Jack Nicholson?" proposes a person and asks nothing of the world.
    private boolean suggested(Clauses.Clause clause, Spots.Spot spot) {
        for (int i = clause.from(); i < clause.to(); i++) {
            boolean inside = i >= spot.from() && i < spot.to();
            String word = tokens.get(i).word();
            if (!inside && !LINKS.contains(word) && !word.equals("with") && !word.equals("movies")) {
                return false;
            }
        }
        return spot.mentions().getFirst() instanceof Mention.Person;
    }

    // What a mention says by itself when nothing before governs it but, at most, a wish.
    private Stance ownStance(Clauses.Clause clause, Spots.Spot spot) {
        int sign = Cues.predicate(tokens, spot.to());
        if (sign != 0) {
            return sign > 0 ? Stance.LIKED : Stance.DISLIKED;
        }
        if (spot.to() < clause.to() && FANS.contains(tokens.get(spot.to()).word())) {
            return negated ? Stance.DISLIKED : Stance.LIKED;
        }
        if (negated) {
            return stanceBefore == Stance.LIKED && stance == null ? Stance.DISLIKED : Stance.EXCLUDED;
        }
        return spot.title() && stance == null ? Stance.REFERENCE : Stance.WANTED;
    }

    private boolean freeOf(Spots.Spot spot) {
        return spot.to() < tokens.size()
                && tokens.get(spot.to()).word().equals("free")
                && tokens.get(spot.to()).gap().equals("-");
    }

    // "my kids" are people; "for kids" is a kind of film.
    private boolean kinOf(Spots.Spot spot) {
        return spot.from() > 0
                && Cues.KIN.contains(tokens.get(spot.from()).word())
                && Set.of("my", "our", "his", "her", "their", "the")
                        .contains(tokens.get(spot.from() - 1).word());
    }

    private boolean joined(Clauses.Clause clause, Spots.Spot spot, String by) {
        // A message that begins with "and" goes on from the last one and joins nothing.
        boolean before = spot.from() > Math.max(1, clause.from())
                && tokens.get(spot.from() - 1).word().equals(by);
        boolean after = spot.to() < clause.to() && tokens.get(spot.to()).word().equals(by);
        boolean article = spot.from() > Math.max(2, clause.from() + 1)
                && LINKS.contains(tokens.get(spot.from() - 1).word())
                && tokens.get(spot.from() - 2).word().equals(by);
        return before || after || article;
    }

    // "Action and comedy" are two kinds, of which a film may be one; "funny and romantic" is one kind of film.
    private boolean listed(Clauses.Clause clause, Spots.Spot spot) {
        return joined(clause, spot, "and")
                && spot.mentions().size() == 1
                && spot.mentions().getFirst() instanceof Mention.Category category
                && noun(tokens.get(spot.to() - 1).word(), category);
    }

    private static boolean noun(String word, Mention.Category category) {
        return word.endsWith("s") || word.equals(Folding.phrase(category.category()));
    }

    private boolean continuesList(Clauses.Clause clause) {
        if (stanceBefore == null || !tokens.get(clause.from()).afterAny(",")) {
            return false;
        }
        boolean mention = false;
        for (int i = clause.from(); i < clause.to(); i++) {
            if (spots.at(i) != null) {
                mention = true;
            } else if (!LINKS.contains(tokens.get(i).word())) {
                return false;
            }
        }
        return mention;
    }

    // "I like it", "but I don't": the clause speaks of what was mentioned before.
    private void takeUp(Clauses.Clause clause) {
        if (lastMentions.isEmpty() || other || questions.asked(clause)) {
            return;
        }
        boolean self = false;
        boolean not = false;
        boolean pronoun = false;
        int words = 0;
        for (int i = questions.opener(clause); i < clause.to(); i++) {
            String word = tokens.get(i).word();
            self |= Cues.SELF.contains(word);
            not |= Cues.NOT.contains(word);
            pronoun |= Cues.PRONOUNS.contains(word);
            words++;
        }
        Stance said = null;
        boolean bare = stance != null
                && self
                && !tokens.get(questions.opener(clause)).word().equals("my")
                && stance != Stance.SEEN
                && Cues.attitude(tokens.get(clause.to() - 1).word());
        if (stance != null && Questions.attitude(stance) && (pronoun || bare) && !ignored) {
            said = stance;
        } else if (self && stance == null && words <= 4) {
            said = not ? Stance.DISLIKED : does(clause) ? Stance.LIKED : null;
        }
        if (said != null) {
            String quote = quote(lastFrom, clause.to());
            for (Mention mention : lastMentions) {
                claims.add(new Claim(mention, said, mention.remembered(), true, false, quote));
            }
        }
    }

    private boolean does(Clauses.Clause clause) {
        for (int i = clause.from(); i < clause.to(); i++) {
            if (Set.of("do", "did", "too").contains(tokens.get(i).word())) {
                return true;
            }
        }
        return false;
    }

    private String quote(int from, int to) {
        int first = from;
        while (first < to - 1 && Questions.OPENERS.contains(tokens.get(first).word())) {
            first++;
        }
        int start = tokens.get(first).start();
        int end = tokens.get(to - 1).end();
        return text.substring(start, Math.min(end, start + MAX_QUOTE));
    }
}
