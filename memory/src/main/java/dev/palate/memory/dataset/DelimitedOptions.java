package dev.palate.memory.dataset;

import dev.palate.memory.Require;
import dev.palate.memory.interaction.Feedback;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How delimited files are to be read where they do not say it themselves.
///
/// @param delimiter between fields; found by the header when absent
/// @param columns the header of a column, where it is not known by its name
/// @param type of every interaction, whatever the columns say; by the columns when absent
/// @param mostStars the best rating there is, above 0, to which ratings are brought: 5 leaves them as they are
public record DelimitedOptions(
        @Nullable Character delimiter,
        Map<Column, String> columns,
        @Nullable String type,
        double mostStars) {
    /// Everything as the files say it.
    public static final DelimitedOptions DEFAULT = new DelimitedOptions(null, Map.of(), null, 5);

    public DelimitedOptions {
        if (delimiter != null && ",;|\t:".indexOf(delimiter) < 0) {
            throw new IllegalArgumentException(
                    "the delimiter must be comma, tab, semicolon, pipe or colon, was " + delimiter);
        }
        if (type != null) {
            if (type.equals("rated")) {
                throw new IllegalArgumentException(
                        "rated needs a rating in each row, so it cannot be the type of all; leave it out");
            }
            type = Feedback.of(type, Double.NaN).type();
        }
        Require.range("the best rating", mostStars, 0.5, 10_000);
        columns = java.util.Collections.unmodifiableMap(new TreeMap<>(columns));
    }

    /// The delimiter of a name, such as `tab`.
    ///
    /// @throws IllegalArgumentException naming those allowed
    public static char delimiter(String name) {
        return switch (name) {
            case "comma", "," -> ',';
            case "tab", "\t", "\\t" -> '\t';
            case "semicolon", ";" -> ';';
            case "pipe", "|" -> '|';
            case "colon", ":" -> ':';
            default ->
                throw new IllegalArgumentException(
                        "the delimiter must be one of comma, tab, semicolon, pipe, colon, was " + name);
        };
    }
}
