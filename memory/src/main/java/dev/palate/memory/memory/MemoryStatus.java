package dev.palate.memory.memory;

import java.util.Locale;

/// Where a memory is in its life.
public enum MemoryStatus {
    /// In force.
    ACTIVE,
    /// Replaced by a later one.
    SUPERSEDED,
    /// Held back until an operator decides.
    QUARANTINED,
    /// Past its time.
    EXPIRED;

    /// The name in lower case, as in files, tables and the API.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The value of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static MemoryStatus ofKey(String key) {
        for (MemoryStatus value : values()) {
            if (value.key().equals(key)) {
                return value;
            }
        }
        throw new IllegalArgumentException("MemoryStatus must be one of "
                + String.join(
                        ", ",
                        java.util.Arrays.stream(values()).map(MemoryStatus::key).toList()) + ", was " + key);
    }
}
