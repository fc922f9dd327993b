package dev.palate.prompts;

import java.util.regex.Pattern;

/// Name and release number of a prompt, written `speak/v1`; the folder its template lies in. A released version is
/// never edited.
///
/// @param name lower-case words joined by `-`
/// @param number 1 or more
public record PromptVersion(String name, int number) {
    private static final Pattern NAME = Pattern.compile("[a-z]+(-[a-z]+)*");

    /// @throws IllegalArgumentException for a malformed name or a number below 1
    public PromptVersion {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "prompt name must be lower-case words joined by '-', was '" + name + "'");
        }
        if (number < 1) {
            throw new IllegalArgumentException("prompt version must be 1 or more, was " + number);
        }
    }

    @Override
    public String toString() {
        return name + "/v" + number;
    }
}
