package dev.palate.memory.dataset;

import dev.palate.memory.Require;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Values out of the texts of fields; what does not fit is an `IllegalArgumentException` that names the column, what is
/// allowed and what was seen. Stateless.
final class FieldValues {
    private static final int MAX_SEEN = 60;
    // From here on a whole number of time counts milliseconds: as seconds it would lie beyond the year 5000.
    private static final long MILLISECONDS_FROM = 100_000_000_000L;
    private static final Pattern NUMBER_OF_TIME = Pattern.compile("(\\d{1,16})(?:\\.\\d{0,9})?");
    private static final Pattern YEAR =
            Pattern.compile("(\\d{4})(?:\\.0|[-/.]\\d.*)?|\\d{1,2}[/.]\\d{1,2}[/.](\\d{4})");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("-?\\d+,\\d+");

    private FieldValues() {}

    static String seen(String text) {
        return text.length() > MAX_SEEN ? text.substring(0, MAX_SEEN) + "..." : text;
    }

    private static IllegalArgumentException bad(String column, String allowed, String text) {
        return new IllegalArgumentException(
                column + " must be " + allowed + ", was " + (text.isBlank() ? "empty" : seen(text)));
    }

    /// One line, without white space at its ends.
    static String line(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    /// A list: JSON, or parted by pipes, semicolons or commas, the first of these that occurs.
    static List<String> list(String text) {
        String rest = text.strip();
        boolean brackets = rest.startsWith("[") && rest.endsWith("]");
        String inner = brackets ? rest.substring(1, rest.length() - 1) : rest;
        String part = inner.indexOf('|') >= 0 ? "\\|" : inner.indexOf(';') >= 0 ? ";" : ",";
        List<String> list = new ArrayList<>();
        for (String value : inner.split(part, -1)) {
            String bare = line(value);
            if (brackets) {
                bare = line(bare.replaceAll("^['\"]|['\"]$", ""));
            }
            if (!bare.isEmpty() && !list.contains(bare)) {
                list.add(bare);
            }
        }
        return list;
    }

    static int year(String text) {
        Matcher year = YEAR.matcher(text.strip());
        if (!year.matches()) {
            throw bad("year", "a year in [1000, 3000] or a date", text);
        }
        return Integer.parseInt(year.group(1) != null ? year.group(1) : year.group(2));
    }

    static boolean flag(String column, String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "", "false", "no", "n", "0" -> false;
            case "true", "yes", "y", "1" -> true;
            default -> throw bad(column, "true or false, yes or no, 1 or 0", text);
        };
    }

    /// Stars in [0.5, 5] out of a rating up to `most`.
    static double stars(String text, double most) {
        String number = text.strip();
        if (DECIMAL_COMMA.matcher(number).matches()) {
            number = number.replace(',', '.');
        }
        String allowed = String.format(Locale.ROOT, "a number in [%s, %s]", most / 10, most);
        double rating;
        try {
            rating = Double.parseDouble(number);
        } catch (NumberFormatException e) {
            throw (IllegalArgumentException) bad("rating", allowed, text).initCause(e);
        }
        double stars = rating * 5 / most;
        if (!(stars >= 0.5 && stars <= 5)) {
            throw bad("rating", allowed, text);
        }
        return Require.range("stars", stars, 0.5, 5);
    }

    /// Seconds or milliseconds since 1970, RFC 3339, or a date with or without a time, which is then of UTC.
    static Instant time(String column, String text) {
        String rest = text.strip();
        Matcher number = NUMBER_OF_TIME.matcher(rest);
        try {
            if (number.matches()) {
                long whole = Long.parseLong(number.group(1));
                return whole >= MILLISECONDS_FROM ? Instant.ofEpochMilli(whole) : Instant.ofEpochSecond(whole);
            }
            String dated = rest.replaceFirst(" (?=\\d)", "T").replaceFirst(" ?UTC$", "Z");
            if (dated.length() == 10) {
                return LocalDate.parse(dated).atStartOfDay().toInstant(ZoneOffset.UTC);
            }
            boolean zoned = dated.endsWith("Z") || dated.matches(".*[+-]\\d{2}:?\\d{2}");
            return zoned
                    ? OffsetDateTime.parse(dated.replaceFirst("([+-]\\d{2})(\\d{2})$", "$1:$2"))
                            .toInstant()
                    : LocalDateTime.parse(dated).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw (IllegalArgumentException) bad(column, "seconds or milliseconds since 1970, RFC 3339 or a date", text)
                    .initCause(e);
        }
    }

    /// A type of interaction by its name or by what others call it.
    static String type(String text) {
        String name = Column.normal(text);
        return switch (name) {
            case "rate", "rating", "rated", "review" -> "rated";
            case "like", "liked", "thumbsup", "favorite", "favourite" -> "liked";
            case "dislike", "disliked", "thumbsdown" -> "disliked";
            case "consume",
                    "consumed",
                    "watch",
                    "watched",
                    "play",
                    "played",
                    "listen",
                    "listened",
                    "read",
                    "stream",
                    "streamed" -> "consumed";
            case "purchase", "purchased", "buy", "bought", "order", "ordered", "transaction" -> "purchased";
            case "view", "viewed", "click", "clicked", "pageview", "productview", "detailview", "pv" -> "viewed";
            case "dismiss", "dismissed", "skip", "skipped", "hide" -> "dismissed";
            default ->
                throw bad(
                        "type",
                        String.join(
                                ", ",
                                Arrays.asList(
                                        "rated",
                                        "liked",
                                        "disliked",
                                        "consumed",
                                        "purchased",
                                        "viewed",
                                        "dismissed or what is usual for one of them (buy, click, watch)")),
                        text);
        };
    }
}
