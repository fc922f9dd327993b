package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Finds where a message points at places of the list before it: `the second one`, `the first two`, `number 3`, `none
/// of these`. What is pointed at is spoken of as if by its title. Stateless.
final class PlaceReader {
    private static final List<String> ORDINALS =
            List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth");
    private static final Map<String, Integer> NUMBERS =
            Map.of("two", 2, "three", 3, "four", 4, "five", 5, "six", 6, "seven", 7, "eight", 8, "nine", 9, "ten", 10);
    private static final Set<String> PLACED = Set.of(
            "one",
            "ones",
            "pick",
            "picks",
            "suggestion",
            "suggestions",
            "recommendation",
            "recommendations",
            "choice",
            "choices",
            "option",
            "options",
            "result",
            "results");
    private static final Set<String> POINTING = Set.of("the", "your", "that", "those", "these", "this");
    private static final Set<String> AFTER = Set.of(
            "and", "or", "but", "is", "was", "looks", "sounds", "seems", "please", "too", "already", "instead", "isnt",
            "wasnt", "again", "about");
    private static final Set<String> OF_KIND = Set.of("of", "in", "by", "with", "from", "about");
    private static final Set<String> EACH = Set.of("all", "any", "both", "each", "either");
    private static final Set<String> NONE = Set.of("none", "neither");
    private static final Set<String> THEM = Set.of("them", "these", "those");

    private final List<Token> tokens;
    private final List<Mention.Title> shown;
    private final Set<String> nouns;
    private final boolean titled;

    private PlaceReader(List<Token> tokens, List<Mention.Title> shown, Set<String> nouns, boolean titled) {
        this.tokens = tokens;
        this.shown = shown;
        this.nouns = nouns;
        this.titled = titled;
    }

    /// @param shown the list before, in its order; may be empty
    /// @param nouns what items are called
    /// @param titled true where titles were found already: `all of them` and `the first film` may mean those
    static List<Spots.Spot> read(List<Token> tokens, List<Mention.Title> shown, Set<String> nouns, boolean titled) {
        PlaceReader reader = new PlaceReader(tokens, shown, nouns, titled);
        List<Spots.Spot> spots = new ArrayList<>();
        for (int i = 0; i < tokens.size() && !shown.isEmpty(); i++) {
            Spots.Spot spot = reader.ordinal(i);
            if (spot == null) {
                spot = reader.numbered(i);
            }
            if (spot == null) {
                spot = reader.together(i);
            }
            if (spot != null) {
                spots.add(spot);
                i = spot.to() - 1;
            }
        }
        return spots;
    }

    // "The second one", "your first two", "the last pick", "the third" where nothing follows that it could be of.
    private Spots.@Nullable Spot ordinal(int i) {
        String word = word(i);
        boolean last = word.equals("last");
        int place = place(word);
        if (place < 0 && !last) {
            return null;
        }
        boolean pointed = i > 0 && POINTING.contains(word(i - 1));
        int many = follows(i) ? number(word(i + 1)) : 0;
        int to = many > 0 ? i + 2 : i + 1;
        boolean noun = follows(to - 1) && PLACED.contains(word(to));
        boolean kind = !titled
                && follows(to - 1)
                && nouns.contains(word(to))
                && !(follows(to) && OF_KIND.contains(word(to + 1)));
        boolean alone = pointed && !last && (!follows(to - 1) || AFTER.contains(word(to)));
        if (!noun && !(kind && pointed) && !alone && !(many > 0 && pointed)) {
            return null;
        }
        int count = Math.max(1, many);
        int from = last ? shown.size() - count : place;
        boolean there = from >= 0 && from + count <= shown.size() && (many == 0 || last || place == 0);
        return there ? spot(i, noun || kind ? to + 1 : to, from, count) : null;
    }

    // "Number 3", "#3".
    private Spots.@Nullable Spot numbered(int i) {
        boolean named = i > 0 && word(i - 1).equals("number") && follows(i - 1);
        boolean marked = tokens.get(i).gap().endsWith("#");
        if (!tokens.get(i).number() || !named && !marked || word(i).length() > 2) {
            return null;
        }
        int place = Integer.parseInt(word(i)) - 1;
        return place < 0 || place >= shown.size() ? null : spot(named ? i - 1 : i, i + 1, place, 1);
    }

    // "None of these", "any of them", "them all".
    private Spots.@Nullable Spot together(int i) {
        if (titled) {
            return null;
        }
        if (word(i).equals("of") && i > 0 && follows(i) && THEM.contains(word(i + 1))) {
            String before = word(i - 1);
            boolean two = before.equals("both") || before.equals("either") || before.equals("neither");
            if (!EACH.contains(before) && !NONE.contains(before) || two && shown.size() != 2) {
                return null;
            }
            return spot(NONE.contains(before) ? i : i - 1, i + 2, 0, shown.size());
        }
        boolean all = word(i).equals("them") && follows(i) && word(i + 1).equals("all");
        return all ? spot(i, i + 2, 0, shown.size()) : null;
    }

    private Spots.Spot spot(int from, int to, int place, int count) {
        List<Mention> mentions = IntStream.range(place, place + count)
                .<Mention>mapToObj(shown::get)
                .toList();
        return new Spots.Spot(from, to, mentions, null);
    }

    private String word(int i) {
        return tokens.get(i).word();
    }

    // True when another word follows without a mark between.
    private boolean follows(int i) {
        return i + 1 < tokens.size() && !tokens.get(i + 1).afterAny(",.;:!?()\n");
    }

    private static int place(String word) {
        for (int place = 0; place < ORDINALS.size(); place++) {
            String number = Integer.toString(place + 1);
            String ending = place == 0 ? "st" : place == 1 ? "nd" : place == 2 ? "rd" : "th";
            if (word.equals(ORDINALS.get(place)) || word.equals(number + ending)) {
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
