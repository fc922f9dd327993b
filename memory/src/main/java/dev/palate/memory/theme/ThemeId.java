package dev.palate.memory.theme;

/// A theme of the closed vocabulary, such as `category:horror`. There is no way to make one but to ask a
/// [ThemeVocabulary], so no text of a user can become one.
public final class ThemeId implements Comparable<ThemeId> {
    private final String value;

    ThemeId(String value) {
        this.value = value;
    }

    /// `category:` or `tag:` and the word in lower case.
    public String value() {
        return value;
    }

    @Override
    public int compareTo(ThemeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ThemeId theme && theme.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
