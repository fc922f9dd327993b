package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Finds where a message points at places of the list before it: `the second one`, `the first two`, `number 3`, `none
/// of these`. What is pointed at is spoken of as if by its title. Made for one message; immutable.
///
/// A place that is taken wrongly can become a memory that nobody meant, so it is left where it may mean something else:
/// after a title or a name (`Shrek 2 is great but I hated the first one`), before what it may be of (`the first three
/// Harry Potter films`, `the last five years`), and where the person's own first or last is told of.
final class PlaceReader {
    private static final List<String> ORDINALS =
            List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth");
    private static final Map<String, Integer> NUMBERS =
            Map.of("two", 2, "three", 3, "four", 4, "five", 5, "six", 6, "seven", 7, "eight", 8, "nine", 9, "ten", 10);
    private static final Set<String> PLACED = words("one ones pick picks suggestion suggestions recommendation"
            + " recommendations choice choices option options result results");
    private static final Set<String> POINTING = words("the your that those these this");
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
    private final Set<String> nouns;
    private final IntPredicate titledBefore;
    private final IntPredicate spokenBefore;

    /// @param shown the list before, in its order, absent what is gone; may be empty
    /// @param nouns what items are called
    /// @param titledBefore whether a title stands before the word
    /// @param spokenBefore whether anything that is known does
    PlaceReader(
            List<Token> tokens,
            List<Optional<Mention.Title>> shown,
            Set<String> nouns,
            IntPredicate titledBefore,
            IntPredicate spokenBefore) {
        this.tokens = tokens;
        this.shown = shown;
        this.nouns = nouns;
        this.titledBefore = titledBefore;
        this.spokenBefore = spokenBefore;
    }

    private static Set<String> words(String text) {
        return Set.of(text.split(" ", -1));
    }

    List<Spots.Spot> read() {
        List<Spots.Spot> spots = new ArrayList<>();
        int i = 0;
        while (i < tokens.size() && !shown.isEmpty()) {
            Spots.Spot spot = ordinal(i);
            if (spot == null) {
                spot = numbered(i);
            }
            if (spot == null) {
                spot = together(i);
            }
            if (spot != null) {
                spots.add(spot);
            }
            i = spot == null ? i + 1 : spot.to();
        }
        return spots;
    }

    // "The second one", "your first two", "the last pick", "the third" where nothing follows that it could be of.
    private Spots.@Nullable Spot ordinal(int i) {
        String word = word(i);
        boolean last = word.equals("last");
        int place = place(word);
        boolean pointed = i == 0 || POINTING.contains(word(i - 1));
        if (place < 0 && !last || !pointed || titledBefore.test(i) || named(i)) {
            return null;
        }
        int many = follows(i) ? number(word(i + 1)) : 0;
        int to = many > 0 ? i + 2 : i + 1;
        boolean noun = follows(to - 1) && PLACED.contains(word(to));
        boolean kind = follows(to - 1) && nouns.contains(word(to)) && !noun;
        boolean told = noun
                ? !(follows(to) && OF_ANOTHER.contains(word(to + 1)))
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
        if (!tokens.get(i).number() || !numbered && !marked || word(i).length() > 2 || titledBefore.test(i)) {
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
            boolean shownOnly = !titledBefore.test(i) && (word(i + 1).equals("these") || !spokenBefore.test(i));
            if (!each || two && shown.size() != 2 || !shownOnly || !ends(i + 2)) {
                return null;
            }
            return spot(NONE.contains(before) ? i : i - 1, i + 2, 0, shown.size());
        }
        boolean all = word(i).equals("them") && follows(i) && word(i + 1).equals("all") && ends(i + 2);
        return all && !titledBefore.test(i) && !spokenBefore.test(i) ? spot(i, i + 2, 0, shown.size()) : null;
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

    // "The Bond films, especially the first one": a name stands before that is no title.
    private boolean named(int i) {
        for (int j = 1; j < i; j++) {
            Token token = tokens.get(j);
            boolean begins = token.afterAny(".!?:\n");
            if (!begins && token.raw().length() > 1 && token.capital() && !Cues.SELF.contains(token.word())) {
                return true;
            }
        }
        return false;
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
        Integer named = NUMBERS.get(word);
        if (named != null) {
            return named;
        }
        return word.matches("[2-9]|10") ? Integer.parseInt(word) : 0;
    }
}
