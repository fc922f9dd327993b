package dev.palate.memory.access;

import java.util.Locale;

/// What a key may do.
public enum Role {
    /// Everything.
    ADMIN,
    /// Everything but keys, training and settings, for any user.
    APP,
    /// Only what is its own user's.
    USER;

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
