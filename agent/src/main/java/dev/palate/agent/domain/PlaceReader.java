package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Finds where a message points at places of the list before it: `the second one`, `the first two`, `number 3`,
/// `none of these`. What is pointed at is spoken of as if by its title. Made for one message; immutable.
///
/// A place that is taken wrongly can become a memory that nobody meant, so it is left where it may mean something
/// else: where anything was spoken of before it (`Shrek 2 is great but I hated the first one`, `I saw two films, the
/// second was boring`), and before what it may be of (`the first three Harry Potter films`, `the last five years`).
final class PlaceReader {
    private static final List<String> ORDINALS =
            List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth");
    private static final Set<String> PLACED = words("one ones pick picks suggestion suggestions recommendation"
            + " recommendations choice choices option options result results");
    private static final Set<String> POINTING = words("the your that those these this");
    // What may stand before a place beside words of view, wish and question: nothing that it could be of.
    private static final Set<String> BEFORE = words("the your that those these this of and or but also already really"
            + " just only both all any each either none neither more similar to about please ok okay yes yeah thanks great"
            + " well so too something anything number then now tell long you it them they directed wrote made stars");
    private static final Set<String> AFTER = words("but is was are were looks look sounds sound seems seem please too"
            + " already instead isnt wasnt again about because");
    private static final Set<String> GOES_ON = words("the i ive im id show give then please something also that");
    private static final Set<String> OF_ANOTHER =
            words("i we you he she they my our ever of in from by with that which who to");
    private static final Set<String> OWN = words("my his her their our your a phone");
    private static final Set<String> EACH = words("all any both each either");
    private static final Set<String> NONE = words("none neither");
    private static final Set<String> THEM = words("them these those");

    private final List<Token> tokens;
    private final List<Optional<Mention.Title>> shown;
    private final Lexicon lexicon;
    private final IntPredicate titled;

    /// @param shown the list before, in its order, absent what is gone; may be empty
    /// @param titled whether the word is part of a title
    PlaceReader(List<Token> tokens, List<Optional<Mention.Title>> shown, Lexicon lexicon, IntPredicate titled) {
        this.tokens = tokens;
        this.shown = shown;
        this.lexicon = lexicon;
        this.titled = titled;
    }

    private static Set<String> words(String text) {
        return Set.of(text.split(" ", -1));
    }

    List<Spots.Spot> read() {
        List<Spots.Spot> spots = new ArrayList<>();
        int i = 0;
        while (i < tokens.size() && !shown.isEmpty()) {
            Spots.Spot spot = at(i);
            if (spot != null) {
                spots.add(spot);
            } else if (!empty(i)) {
                // From here on a place may be one of what was spoken of.
                return spots;
            }
            i = spot == null ? i + 1 : spot.to();
        }
        return spots;
    }

    private Spots.@Nullable Spot at(int i) {
        if (titled.test(i)) {
            return null;
        }
        Spots.Spot spot = ordinal(i);
        if (spot == null) {
            spot = numbered(i);
        }
        return spot == null ? together(i) : spot;
    }

    private boolean empty(int i) {
        String word = word(i);
        boolean view = Cues.attitude(word) || Cues.NOT.contains(word) || Cues.SELF.contains(word);
        boolean wish = Cues.WISH.contains(word) || Cues.EXCLUDE.contains(word) || Cues.QUESTION.contains(word);
        return !titled.test(i) && (view || wish || lexicon.had(word) || BEFORE.contains(word));
    }

    // "The second one", "your first two", "the last pick", "the third" where nothing follows that it could be of.
    private Spots.@Nullable Spot ordinal(int i) {
        String word = word(i);
        boolean last = word.equals("last");
        int place = place(word);
        boolean pointed = i == 0 || POINTING.contains(word(i - 1));
        if (place < 0 && !last || !pointed) {
            return null;
        }
        int many = follows(i) ? number(word(i + 1)) : 0;
        int to = many > 0 ? i + 2 : i + 1;
        boolean noun = follows(to - 1) && PLACED.contains(word(to));
        // "The last film" is the one seen last.
        boolean kind = follows(to - 1) && lexicon.pack().nouns().contains(word(to)) && !noun && !(last && many == 0);
        boolean told = noun
                ? !(follows(to) && (OF_ANOTHER.contains(word(to + 1)) || name(to + 1)))
                : kind ? ends(to + 1) : ends(to) && i > 0 && (many > 0 || ORDINALS.contains(word));
        if (!told) {
            return null;
        }
        int count = Math.max(1, many);
        int from = last ? shown.size() - count : place;
        boolean there = from >= 0 && from + count <= shown.size() && (many == 0 || last || place == 0);
        return there ? spot(i, noun || kind ? to + 1 : to, from, count) : null;
    }

    // "Number 3", "#3".
    private Spots.@Nullable Spot numbered(int i) {
        boolean numbered = i > 0 && word(i - 1).equals("number") && follows(i - 1);
        boolean marked = tokens.get(i).gap().endsWith("#");
        if (!tokens.get(i).number() || !numbered && !marked || word(i).length() > 2 || !ends(i + 1)) {
            return null;
        }
        int first = numbered ? i - 1 : i;
        int place = Integer.parseInt(word(i)) - 1;
        boolean own = first > 0 && OWN.contains(word(first - 1));
        return own || place < 0 || place >= shown.size() ? null : spot(first, i + 1, place, 1);
    }

    // "None of these", "any of them", "them all".
    private Spots.@Nullable Spot together(int i) {
        if (word(i).equals("of") && i > 0 && follows(i) && THEM.contains(word(i + 1))) {
            String before = word(i - 1);
            boolean two = before.equals("both") || before.equals("either") || before.equals("neither");
            boolean each = EACH.contains(before) || NONE.contains(before);
            if (!each || two && shown.size() != 2 || !ends(i + 2) || excepts(i + 2)) {
                return null;
            }
            return spot(NONE.contains(before) ? i : i - 1, i + 2, 0, shown.size());
        }
        boolean all = word(i).equals("them") && follows(i) && word(i + 1).equals("all") && ends(i + 2);
        return all && !excepts(i + 2) ? spot(i, i + 2, 0, shown.size()) : null;
    }

    private Spots.@Nullable Spot spot(int from, int to, int place, int count) {
        List<Mention> mentions = new ArrayList<>();
        shown.subList(place, place + count).forEach(item -> item.ifPresent(mentions::add));
        return mentions.isEmpty() ? null : new Spots.Spot(from, to, mentions, null);
    }

    private String word(int i) {
        return tokens.get(i).word();
    }

    // True when another word follows without a mark between.
    private boolean follows(int i) {
        return i + 1 < tokens.size() && !tokens.get(i + 1).afterAny(",.;:!?()\n");
    }

    // True when what stands before this word is at its end: nothing follows that it could be of.
    private boolean ends(int to) {
        if (!follows(to - 1) || AFTER.contains(word(to))) {
            return true;
        }
        boolean joins = word(to).equals("and") || word(to).equals("or");
        return joins && to + 1 < tokens.size() && GOES_ON.contains(word(to + 1));
    }

    // "All of these but the third".
    private boolean excepts(int to) {
        return to < tokens.size() && (word(to).equals("but") || word(to).equals("except"));
    }

    // "The first one Nolan directed".
    private boolean name(int i) {
        Token token = tokens.get(i);
        return Character.isUpperCase(token.raw().codePointAt(0)) && !Cues.SELF.contains(token.word());
    }

    private static int place(String word) {
        for (int place = 0; place < ORDINALS.size(); place++) {
            String ending = place == 0 ? "st" : place == 1 ? "nd" : place == 2 ? "rd" : "th";
            if (word.equals(ORDINALS.get(place)) || word.equals(place + 1 + ending)) {
                return place;
            }
        }
        return -1;
    }

    private static int number(String word) {
        Integer named = Cues.COUNTS.get(word);
        if (named != null) {
            return named;
        }
        return word.matches("[2-9]|10") ? Integer.parseInt(word) : 0;
    }
}
