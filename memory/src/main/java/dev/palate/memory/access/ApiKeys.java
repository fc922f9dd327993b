package dev.palate.memory.access;

import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// API keys, hashed at rest. Thread-safe.
public interface ApiKeys {
    /// A new key with its secret, which is shown only here.
    ///
    /// @param secret `pk_` and 43 characters of base64url
    record Issued(ApiKey key, String secret) {}

    /// Makes a key.
    Issued issue(Role role, @Nullable UserId user, String name, @Nullable Instant expiresAt);

    /// The key of a secret, when it is in force.
    Optional<ApiKey> authenticate(String secret);

    /// All keys, newest first, at most 500.
    List<ApiKey> all();

    /// The keys that speak for a user, newest first, at most 500.
    List<ApiKey> of(UserId user);

    /// Ends a key.
    ///
    /// @return false when there is none in force
    boolean revoke(KeyId id);
}
