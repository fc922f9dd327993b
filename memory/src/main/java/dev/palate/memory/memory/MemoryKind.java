package dev.palate.memory.memory;

import java.util.Locale;

/// What sort of thing a memory says.
public enum MemoryKind {
    /// A liking or disliking.
    PREFERENCE,
    /// A rule that lists must obey.
    CONSTRAINT,
    /// Something that happened once, such as a film seen.
    EPISODE,
    /// A lasting fact about the subject.
    TRAIT,
    /// A weight of a theme from the closed vocabulary.
    THEME,
    /// A short narrative rebuilt from the other memories.
    PROFILE;

    /// The name in lower case, as in files, tables and the API.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The value of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static MemoryKind ofKey(String key) {
        for (MemoryKind value : values()) {
            if (value.key().equals(key)) {
                return value;
            }
        }
        throw new IllegalArgumentException("MemoryKind must be one of "
                + String.join(
                        ", ",
                        java.util.Arrays.stream(values()).map(MemoryKind::key).toList()) + ", was " + key);
    }
}
