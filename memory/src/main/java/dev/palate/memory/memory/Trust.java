package dev.palate.memory.memory;

import java.util.Locale;

/// How far a memory is believed; declared from most to least.
public enum Trust {
    /// Written by an operator.
    OPERATOR,
    /// Said by the user.
    STATED,
    /// Seen in interactions.
    BEHAVIOUR,
    /// Came with a data set.
    IMPORTED,
    /// Concluded by a model.
    INFERRED,
    /// Came from others, as a weight.
    PROPAGATED;

    /// The name in lower case, as in files, tables and the API.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The value of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static Trust ofKey(String key) {
        for (Trust value : values()) {
            if (value.key().equals(key)) {
                return value;
            }
        }
        throw new IllegalArgumentException("Trust must be one of "
                + String.join(
                        ", ", java.util.Arrays.stream(values()).map(Trust::key).toList()) + ", was " + key);
    }
}
