package dev.palate.memory.access;

import dev.palate.memory.user.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key as stored: never the secret, only its SHA-256.
///
/// @param user whom a key of role `user` speaks for, absent for the others
/// @param expiresAt absent for never
/// @param revokedAt absent while in force
public record ApiKey(
        KeyId id,
        Role role,
        @Nullable UserId user,
        String name,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {
    public ApiKey {
        if ((role == Role.USER) != (user != null)) {
            throw new IllegalArgumentException("a key of role user names its user, and no other does");
        }
    }

    /// True when the key opens doors at the time given.
    public boolean inForceAt(Instant now) {
        return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }
}
