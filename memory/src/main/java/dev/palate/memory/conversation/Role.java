package dev.palate.memory.conversation;

import java.util.Locale;

/// Who wrote a message.
public enum Role {
    /// The person.
    USER,
    /// Palate.
    ASSISTANT;

    /// The name in lower case, as in files, tables and the API.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The value of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static Role ofKey(String key) {
        for (Role value : values()) {
            if (value.key().equals(key)) {
                return value;
            }
        }
        throw new IllegalArgumentException("Role must be one of "
                + String.join(
                        ", ", java.util.Arrays.stream(values()).map(Role::key).toList()) + ", was " + key);
    }
}
