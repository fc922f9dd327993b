package dev.palate.agent.domain;

import dev.palate.retrieval.recommend.YearRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads spans of years: `before 2000`, `since 1995`, `between 1980 and 1990`, `the nineties`, `not from the 90s`, and
/// `the last ten years` before the newest item, which is what lately means in a catalog. Stateless.
final class EraReader {
    private static final int FIRST = Integer.MIN_VALUE;
    private static final int LAST = Integer.MAX_VALUE;
    private static final Map<String, Integer> DECADES = Map.ofEntries(
            Map.entry("twenties", 1920),
            Map.entry("thirties", 1930),
            Map.entry("forties", 1940),
            Map.entry("fifties", 1950),
            Map.entry("sixties", 1960),
            Map.entry("seventies", 1970),
            Map.entry("eighties", 1980),
            Map.entry("nineties", 1990),
            Map.entry("noughties", 2000),
            Map.entry("aughts", 2000));
    // Beside the counts of [Cues].
    private static final Map<String, Integer> NUMBERS =
            Map.of("couple", 2, "few", 4, "fifteen", 15, "twenty", 20, "thirty", 30, "fifty", 50);
    private static final Set<String> BEFORE = Set.of("before", "pre", "predating");
    private static final Set<String> AFTER = Set.of("after", "post", "past");
    private static final Set<String> SINCE = Set.of("since");
    private static final Set<String> UNTIL = Set.of("until", "till", "til");
    private static final Set<String> ON = Set.of("on", "onward", "onwards", "up", "forward", "plus");

    private record Span(int from, int to) {}

    private record Found(YearRange years, int start, int end) {}

    /// "The last ten years", "the past couple of decades", "something recent".
    ///
    /// @param newest the year of the newest item
    /// @param nouns what items are called
    record Lately(@Nullable Integer newest, Set<String> nouns) {
        private static final int RECENT = 5;
        private static final Set<String> LIVED = Set.of(
                "have", "havent", "has", "hasnt", "had", "ive", "weve", "been", "was", "were", "lived", "did", "didnt");

        private @Nullable Found at(List<Token> tokens, Spots taken, Clauses clauses, int i) {
            if (newest == null) {
                return null;
            }
            String word = tokens.get(i).word();
            if (word.equals("recent")) {
                return recent(tokens, taken, clauses.start(i), i)
                        ? new Found(new YearRange(newest - RECENT + 1, LAST), i, i + 1)
                        : null;
            }
            if (!word.equals("last") && !word.equals("past") || lived(tokens, clauses.start(i), i)) {
                return null;
            }
            int at = i + 1;
            Integer many = at < tokens.size() ? number(tokens.get(at)) : null;
            at = many == null ? at : skip(tokens, at + 1, Set.of("of"));
            String unit = at < tokens.size() ? tokens.get(at).word() : "";
            int years = switch (unit) {
                case "years" -> many == null ? RECENT : many;
                case "decade", "decades" -> 10 * (many == null ? 1 : many);
                default -> 0;
            };
            return years == 0 ? null : new Found(new YearRange(newest - years + 1, LAST), i, at + 1);
        }

        // "My recent breakup" is no year of a film.
        private boolean recent(List<Token> tokens, Spots taken, int start, int i) {
            String before = wordBefore(tokens, i);
            String after = i + 1 < tokens.size() ? tokens.get(i + 1).word() : "";
            Spots.Spot spot = i + 1 < tokens.size() ? taken.at(i + 1) : null;
            boolean ofItems = nouns.contains(after) || spot != null && !spot.title();
            boolean wished = Set.of("something", "anything", "nothing", "quite", "fairly", "very", "pretty")
                    .contains(before);
            return !Set.of("more", "most", "my", "our", "your").contains(before)
                    && (ofItems || wished || tokens.size() - start <= 3);
        }

        // "I haven't seen a comedy in the last ten years", "for the last five years": the person's own years.
        private static boolean lived(List<Token> tokens, int start, int i) {
            int before = i > start && wordBefore(tokens, i).equals("the") ? i - 1 : i;
            String joining = wordBefore(tokens, before);
            if (Set.of("for", "from", "of").contains(joining)) {
                return joining.equals("for");
            }
            boolean lived = false;
            for (int j = start; j < i; j++) {
                String word = tokens.get(j).word();
                lived = !Cues.WISH.contains(word) && !Cues.OPEN_WISH.contains(word) && (lived || LIVED.contains(word));
            }
            return lived;
        }
    }

    private EraReader() {}

    /// @param taken what belongs to a title
    /// @param lately by what lately is told
    static List<Era> read(List<Token> tokens, Spots taken, Clauses clauses, Lately lately) {
        List<Era> eras = new ArrayList<>();
        int i = 0;
        while (i < tokens.size()) {
            Found found = taken.inTitle(i) ? null : at(tokens, taken, i);
            if (found == null && !taken.inTitle(i)) {
                found = lately.at(tokens, taken, clauses, i);
            }
            if (found == null) {
                i++;
                continue;
            }
            boolean negated = negated(tokens, clauses.start(i), found.start());
            eras.add(negated ? opposite(found.years()) : new Era(found.years(), false));
            i = found.end();
        }
        return eras;
    }

    // "not before 2000" asks for 2000 and later; "not from the 90s" rules a closed span out.
    private static Era opposite(YearRange years) {
        if (years.from() == FIRST) {
            return new Era(new YearRange(years.to() + 1, LAST), false);
        }
        return years.to() == LAST ? new Era(new YearRange(FIRST, years.from() - 1), false) : new Era(years, true);
    }

    private static boolean negated(List<Token> tokens, int clauseStart, int at) {
        boolean negated = false;
        for (int i = Math.max(clauseStart, at - 5); i < at; i++) {
            String word = tokens.get(i).word();
            if (Cues.NOT.contains(word) || Cues.EXCLUDE.contains(word)) {
                negated = !negated;
            } else if (Cues.LOVE.contains(word) && !word.equals("like")) {
                negated = false;
            }
        }
        return negated;
    }

    private static @Nullable Found at(List<Token> tokens, Spots taken, int i) {
        String word = tokens.get(i).word();
        int next = skip(tokens, i + 1, Set.of("the", "year", "early", "late", "mid"));
        if (BEFORE.contains(word) || pair(tokens, i, Set.of("older", "earlier"), "than")) {
            int at = BEFORE.contains(word) ? next : skip(tokens, i + 2, Set.of("the"));
            Span span = span(tokens, taken, at);
            return span == null ? null : new Found(new YearRange(FIRST, span.from() - 1), i, at + 1);
        }
        if (AFTER.contains(word) || pair(tokens, i, Set.of("newer", "later"), "than")) {
            int at = AFTER.contains(word) ? next : skip(tokens, i + 2, Set.of("the"));
            Span span = span(tokens, taken, at);
            return span == null ? null : new Found(new YearRange(span.to() + 1, LAST), i, at + 1);
        }
        if (UNTIL.contains(word) || pair(tokens, i, Set.of("up"), "to")) {
            int at = UNTIL.contains(word) ? next : skip(tokens, i + 2, Set.of("the"));
            Span span = span(tokens, taken, at);
            return span == null ? null : new Found(new YearRange(FIRST, span.to()), i, at + 1);
        }
        Span span = span(tokens, taken, i);
        return span == null ? null : fromSpan(tokens, taken, i, span);
    }

    private static Found fromSpan(List<Token> tokens, Spots taken, int i, Span span) {
        if (i > 0 && SINCE.contains(wordBefore(tokens, i))) {
            return new Found(new YearRange(span.from(), LAST), i - 1, i + 1);
        }
        int join = i + 1;
        boolean range = join < tokens.size()
                && (Set.of("to", "and", "until", "through")
                                .contains(tokens.get(join).word())
                        || tokens.get(join).gap().matches("\\s*[-–—]\\s*"));
        if (range) {
            int at = tokens.get(join).number() ? join : skip(tokens, join + 1, Set.of("the"));
            boolean and = tokens.get(join).word().equals("and");
            Span other = span(tokens, taken, at);
            if (other != null && other.to() >= span.from() && (!and || between(tokens, i))) {
                return new Found(new YearRange(span.from(), other.to()), i, at + 1);
            }
        }
        if (join < tokens.size()
                && ON.contains(tokens.get(join).word())
                && !tokens.get(join).afterAny(",.;")) {
            return new Found(new YearRange(span.from(), LAST), i, join + 1);
        }
        if (join + 1 < tokens.size()
                && tokens.get(join).word().equals("or")
                && Set.of("later", "newer", "after")
                        .contains(tokens.get(join + 1).word())) {
            return new Found(new YearRange(span.from(), LAST), i, join + 2);
        }
        if (join + 1 < tokens.size()
                && tokens.get(join).word().equals("or")
                && Set.of("earlier", "older", "before")
                        .contains(tokens.get(join + 1).word())) {
            return new Found(new YearRange(FIRST, span.to()), i, join + 2);
        }
        return new Found(new YearRange(span.from(), span.to()), i, i + 1);
    }

    /// True when the word counts years: `ten` and `past` in `the past ten years`.
    static boolean counts(List<Token> tokens, int i) {
        int at = tokens.get(i).word().equals("past") ? i + 1 : i;
        int unit = skip(tokens, at + 1, Set.of("of"));
        return unit < tokens.size()
                && number(tokens.get(at)) != null
                && Set.of("years", "decades").contains(tokens.get(unit).word());
    }

    private static @Nullable Integer number(Token token) {
        String word = token.word();
        if (word.matches("[1-9]\\d?")) {
            return Integer.parseInt(word);
        }
        Integer count = Cues.COUNTS.get(word);
        return count == null ? NUMBERS.get(word) : count;
    }

    private static boolean between(List<Token> tokens, int i) {
        String before = wordBefore(tokens, i);
        return before.equals("between")
                || before.equals("the") && i > 1 && wordBefore(tokens, i - 1).equals("between");
    }

    private static String wordBefore(List<Token> tokens, int i) {
        return i == 0 ? "" : tokens.get(i - 1).word();
    }

    private static boolean pair(List<Token> tokens, int i, Set<String> first, String second) {
        return first.contains(tokens.get(i).word())
                && i + 1 < tokens.size()
                && tokens.get(i + 1).word().equals(second);
    }

    private static int skip(List<Token> tokens, int from, Set<String> words) {
        int i = from;
        while (i < tokens.size() && words.contains(tokens.get(i).word())) {
            i++;
        }
        return i;
    }

    private static @Nullable Span span(List<Token> tokens, Spots taken, int i) {
        if (i >= tokens.size() || taken.inTitle(i)) {
            return null;
        }
        String word = tokens.get(i).word();
        Integer year = Cues.year(word);
        if (year != null) {
            return new Span(year, year);
        }
        Integer decade = decade(word);
        if (decade == null) {
            return null;
        }
        return switch (i == 0 ? "" : tokens.get(i - 1).word()) {
            case "early" -> new Span(decade, decade + 4);
            case "late" -> new Span(decade + 5, decade + 9);
            case "mid" -> new Span(decade + 3, decade + 7);
            default -> new Span(decade, decade + 9);
        };
    }

    /// True when the word is a year or a decade.
    static boolean time(String word) {
        return Cues.year(word) != null || decade(word) != null;
    }

    private static @Nullable Integer decade(String word) {
        Integer named = DECADES.get(word);
        if (named != null) {
            return named;
        }
        if (word.matches("(19|20)\\d0s")) {
            return Integer.parseInt(word.substring(0, 4));
        }
        if (word.matches("\\d0s")) {
            int tens = Integer.parseInt(word.substring(0, 2));
            return tens < 20 ? 2000 + tens : 1900 + tens;
        }
        return null;
    }
}
