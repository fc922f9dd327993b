package dev.palate.retrieval.embedding.recipe;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A kind of table and a size, as they are set: `pq@8x`, `narrow@4.5x`, `full`. Immutable.
///
/// @param kind which kind
/// @param ratio bytes of the full table over those it may take, in [1, 1000]; 1 for a kind of one size
public record TableChoice(TableKind kind, double ratio) {
    /// What is meant where no size is said.
    public static final double USUAL = 8;

    private static final Pattern TEXT = Pattern.compile("([a-z0-9+%-]{1,20})(?:@(\\d{1,4}(?:\\.\\d{1,3})?)x)?");

    /// @throws IllegalArgumentException when the size is out of range, or the kind is there for comparison only
    public TableChoice {
        if (kind == TableKind.AMTL_LOG_RULE) {
            throw new IllegalArgumentException(
                    "table {amtl-log-rule} is there to compare {amtl} with in the lab: choose amtl or log-rule");
        }
        if (!(ratio >= 1 && ratio <= 1000)) {
            throw new IllegalArgumentException(
                    "a table is from 1x to 1000x smaller than the full one, {" + kind.key() + "} was to be " + ratio);
        }
        ratio = kind.ofOneSize() ? 1 : ratio;
    }

    /// The choice of a text.
    ///
    /// @throws IllegalArgumentException naming what is allowed
    public static TableChoice of(String text) {
        Matcher parts = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw none(text);
        }
        TableKind kind = Arrays.stream(TableKind.values())
                .filter(one -> one.key().equals(parts.group(1)))
                .findFirst()
                .orElseThrow(() -> none(text));
        String size = parts.group(2);
        return new TableChoice(kind, size == null ? USUAL : Double.parseDouble(size));
    }

    private static IllegalArgumentException none(String text) {
        String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return new IllegalArgumentException("no table {" + shown + "}; give one of "
                + TableKind.keys().replace("amtl-log-rule, ", "")
                + ", and for a size @ with a number from 1x to 1000x, such as pq@8x");
    }

    /// As [#of] reads it.
    public String text() {
        return kind.ofOneSize()
                ? kind.key()
                : kind.key() + "@"
                        + BigDecimal.valueOf(ratio).stripTrailingZeros().toPlainString() + "x";
    }
}
