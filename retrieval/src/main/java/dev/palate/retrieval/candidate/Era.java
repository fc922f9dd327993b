package dev.palate.retrieval.candidate;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A range of years as memories write it: `1980-1989`, `-1999`, `2000-`, or one year.
///
/// @param from first year, [Integer#MIN_VALUE] when open
/// @param to last year, [Integer#MAX_VALUE] when open
public record Era(int from, int to) {
    private static final Pattern FORM = Pattern.compile("(\\d{4})?(-)?(\\d{4})?");

    /// The range of a slot's value; empty when it is none.
    public static Optional<Era> parse(String value) {
        Matcher matcher = FORM.matcher(value.strip());
        if (!matcher.matches() || (matcher.group(1) == null && matcher.group(3) == null)) {
            return Optional.empty();
        }
        boolean oneYear = matcher.group(2) == null;
        if (oneYear && matcher.group(3) != null) {
            return Optional.empty();
        }
        int from = matcher.group(1) == null ? Integer.MIN_VALUE : Integer.parseInt(matcher.group(1));
        int to = matcher.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(matcher.group(3));
        to = oneYear ? from : to;
        return from <= to ? Optional.of(new Era(from, to)) : Optional.empty();
    }

    /// True when the year is inside; never for an unknown year.
    public boolean holds(int year) {
        return year != CatalogSnapshot.NO_YEAR && year >= from && year <= to;
    }
}
