package dev.palate.retrieval.embedding;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/// The name of one trained model: the time it was asked for, such as `20260102T030405678Z`. Names sort by age.
///
/// @param value 1 to 64 of the characters A-Z a-z 0-9 . _ -, not starting with a dot
public record ModelVersion(String value) implements Comparable<ModelVersion> {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}");
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    /// @throws IllegalArgumentException when the value is not a valid name
    public ModelVersion {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "a model version has 1 to 64 of the characters A-Z a-z 0-9 . _ - and does"
                            + " not start with a dot, was {" + value + "}");
        }
    }

    /// The version of a model asked for at this time.
    public static ModelVersion at(Instant time) {
        return new ModelVersion(FORMAT.format(time));
    }

    @Override
    public int compareTo(ModelVersion other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
