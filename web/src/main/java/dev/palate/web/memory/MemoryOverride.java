package dev.palate.web.memory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A memory as it might be: what is absent stays as it is.
///
/// @param memoryId of an active memory of the user
/// @param forgotten true to look without it
/// @param text 1 to 400 characters; what it means is found anew
/// @param polarity in [-1, 1]
/// @param muted true to look as if it were muted, false as if it were not
/// @param expirationDate from when it would no longer hold
public record MemoryOverride(
        @Nullable String memoryId,
        @Nullable Boolean forgotten,
        @Nullable String text,
        @Nullable Double polarity,
        @Nullable Boolean muted,
        @Nullable Instant expirationDate) {
    /// The memory left out.
    public static MemoryOverride without(String memoryId) {
        return new MemoryOverride(memoryId, true, null, null, null, null);
    }

    /// The memory with other words.
    public static MemoryOverride saying(String memoryId, String text) {
        return new MemoryOverride(memoryId, null, text, null, null, null);
    }
}
