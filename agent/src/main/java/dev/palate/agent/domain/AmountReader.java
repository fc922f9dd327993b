package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads what a message asks of numbers: `under 30 euros`, `between €20 and €40`, `at most 25`, `cheap`, `cheaper`. A
/// number counts when its unit stands beside it, or when a word of bounding stands before it, no year could be meant
/// and no other word of measure stands behind. Stateless.
final class AmountReader {
    private static final Set<String> AT_MOST = Set.of("under", "below", "within", "max", "maximum", "beneath");
    private static final Set<String> AT_LEAST = Set.of("over", "above", "min", "minimum");
    private static final Set<String> ABOUT = Set.of("around", "about", "roughly", "circa", "approximately");
    private static final Set<String> SMALL = Set.of("than", "to", "most", "least", "a", "the", "of", "is", "was");
    private static final Set<String> OFFERED = Set.of("for", "have", "got");
    private static final Set<String> MEASURES = Set.of(
            "year", "years", "month", "months", "week", "weeks", "day", "days", "hour", "hours", "minute", "minutes",
            "people", "persons", "pieces", "times", "cups", "ml", "l", "cm", "mm", "m", "g", "kg", "w");
    private static final int PEOPLE_REACH = 4;
    private static final double SLACK = 0.2;
    private static final int REACH = 3;

    private final String text;
    private final List<Token> tokens;
    private final Spots spots;
    private final Amount amount;
    private final List<AmountWish> found = new ArrayList<>();

    private AmountReader(String text, List<Token> tokens, Spots spots, Amount amount) {
        this.text = text;
        this.tokens = tokens;
        this.spots = spots;
        this.amount = amount;
    }

    /// A number and the words it takes.
    private record Figure(double value, int from, int to, boolean unit) {}

    static List<AmountWish> read(String text, List<Token> tokens, Spots spots, DomainPack pack) {
        List<AmountWish> wishes = new ArrayList<>();
        for (Amount amount : pack.amounts()) {
            var reader = new AmountReader(text, tokens, spots, amount);
            reader.read();
            wishes.addAll(reader.found);
        }
        return wishes;
    }

    private void read() {
        int i = 0;
        while (i < tokens.size()) {
            Figure figure = spots.inTitle(i) ? null : figure(i);
            if (figure == null) {
                comparison(i);
                i++;
            } else {
                i = span(figure);
            }
        }
    }

    // One of less and more than was shown; the other of little and much. A negated one asks for the opposite.
    private void comparison(int i) {
        if (spots.inTitle(i)) {
            return;
        }
        String word = tokens.get(i).word();
        boolean not = negated(i);
        if (amount.lower().contains(word) || before(i, "less") && amount.high().contains(word)) {
            found.add(new AmountWish.Than(amount, not));
        } else if (amount.higher().contains(word)
                || before(i, "more") && amount.high().contains(word)) {
            found.add(new AmountWish.Than(amount, !not));
        } else if (amount.low().contains(word)) {
            found.add(new AmountWish.Some(amount, not));
        } else if (amount.high().contains(word)) {
            found.add(new AmountWish.Some(amount, !not));
        }
    }

    private boolean before(int i, String word) {
        return i > 0 && tokens.get(i - 1).word().equals(word);
    }

    private boolean negated(int i) {
        for (int j = Math.max(0, i - REACH); j < i; j++) {
            String word = tokens.get(j).word();
            if (Cues.NOT.contains(word) || Cues.EXCLUDE.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private int span(Figure figure) {
        int next = figure.to();
        if (next < tokens.size()
                        && Set.of("and", "to").contains(tokens.get(next).word())
                || rangeMark(next)) {
            Figure other = next < tokens.size() ? figure(rangeMark(next) ? next : next + 1) : null;
            boolean between = word(figure.from() - 1).equals("between")
                    || word(figure.from() - 1).equals("from");
            if (other != null
                    && other.value() >= figure.value()
                    && (figure.unit() || other.unit() || between && bare(other))) {
                found.add(new AmountWish.Between(amount, figure.value(), other.value()));
                return other.to();
            }
        }
        AmountWish wish = bounded(figure);
        if (wish != null) {
            found.add(wish);
        }
        return figure.to();
    }

    // "20-40 euros": the second number stands right after a dash.
    private boolean rangeMark(int i) {
        return i < tokens.size()
                && (tokens.get(i).gap().equals("-") || tokens.get(i).gap().equals("–"));
    }

    private @Nullable AmountWish bounded(Figure figure) {
        String near = "";
        for (int j = figure.from() - 1; j >= Math.max(0, figure.from() - REACH); j--) {
            if (!SMALL.contains(tokens.get(j).word())) {
                near = tokens.get(j).word();
                break;
            }
        }
        String just = word(figure.from() - 1);
        String earlier = word(figure.from() - 2);
        boolean below = AT_MOST.contains(near)
                || just.equals("to") && earlier.equals("up")
                || just.equals("most") && earlier.equals("at")
                || just.equals("than") && Set.of("less", "cheaper").contains(earlier);
        boolean above = !below
                && (AT_LEAST.contains(near)
                        || just.equals("least") && earlier.equals("at")
                        || just.equals("than") && earlier.equals("more"));
        if ((below || above) && (figure.unit() || bare(figure))) {
            // "I don't want to spend more than 30"; but "no plastic under 30" is no plastic, and under 30.
            boolean turned = above ? denied(figure.from()) : not(figure.from() - (just.equals("than") ? 3 : 2));
            return below != turned
                    ? new AmountWish.Between(amount, Double.NEGATIVE_INFINITY, figure.value())
                    : new AmountWish.Between(amount, figure.value(), Double.POSITIVE_INFINITY);
        }
        if (ABOUT.contains(near) && figure.unit()) {
            return new AmountWish.Between(amount, figure.value() * (1 - SLACK), figure.value() * (1 + SLACK));
        }
        // "My old one cost 200 euros" asks for nothing.
        boolean named = Stream.of(near, just).anyMatch(amount.words()::contains);
        boolean offered = figure.unit() && OFFERED.contains(just);
        return named && (figure.unit() || bare(figure)) || offered
                ? new AmountWish.Between(amount, Double.NEGATIVE_INFINITY, figure.value())
                : null;
    }

    private boolean not(int i) {
        return Cues.NOT.contains(word(i)) || Cues.EXCLUDE.contains(word(i));
    }

    /// True when something before it in its part of the sentence denies.
    private boolean denied(int figure) {
        for (int i = figure - 1; i >= 0 && !tokens.get(i + 1).afterAny(",.;:!?"); i--) {
            if (not(i)) {
                return true;
            }
        }
        return false;
    }

    // Nothing that is counted or measured stands behind, and nobody before: "under 30", not "under 30 minutes", not
    // "he is over 70".
    private boolean bare(Figure figure) {
        if (Cues.year(tokens.get(figure.from()).word()) != null || MEASURES.contains(word(figure.to()))) {
            return false;
        }
        for (int i = Math.max(0, figure.from() - PEOPLE_REACH); i < figure.from(); i++) {
            if (Cues.KIN.contains(word(i))
                    || Cues.OTHERS.contains(word(i)) && !word(i).equals("most")
                    || word(i).equals("children")) {
                return false;
            }
        }
        return figure.to() == tokens.size()
                || tokens.get(figure.to()).afterAny(",.;!?")
                || Rest.spent(tokens.get(figure.to()).word());
    }

    private String word(int i) {
        return i < 0 || i >= tokens.size() ? "" : tokens.get(i).word();
    }

    /// A number at a place: `30`, `€30`, `30 euros`, `29.90`.
    private @Nullable Figure figure(int i) {
        if (i >= tokens.size()
                || !tokens.get(i).number()
                || tokens.get(i).word().length() > 9) {
            return null;
        }
        double value = Double.parseDouble(tokens.get(i).word());
        int to = i + 1;
        while (to < tokens.size()
                && value < 1e9
                && tokens.get(to).number()
                && tokens.get(to).word().length() == 3
                && Set.of(".", ",").contains(tokens.get(to).gap())) {
            value = value * 1_000 + Double.parseDouble(tokens.get(to).word());
            to++;
        }
        boolean decimals = to < tokens.size()
                && tokens.get(to).number()
                && tokens.get(to).word().length() <= 2
                && Set.of(".", ",").contains(tokens.get(to).gap());
        if (decimals) {
            String digits = tokens.get(to).word();
            value += Double.parseDouble(digits) / Math.pow(10, digits.length());
            to++;
        }
        if (amount.units().contains(word(to))) {
            return new Figure(value, i, to + 1, true);
        }
        // Signs are no words: they stand between them, or after the last.
        String before = tokens.get(i).gap().strip();
        int end = tokens.get(to - 1).end();
        String after = text.substring(end, to < tokens.size() ? tokens.get(to).start() : text.length())
                .strip();
        boolean unit = amount.units().stream().anyMatch(sign -> before.endsWith(sign) || after.startsWith(sign));
        return new Figure(value, i, to, unit);
    }
}
