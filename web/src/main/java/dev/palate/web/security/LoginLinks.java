package dev.palate.web.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Single-use tokens that open a page session. Kept in memory only, hashed, at most 16 at a time. Thread-safe.
public final class LoginLinks {
    /// How long a link works.
    public static final Duration LIFETIME = Duration.ofMinutes(10);

    private static final int MAX_OPEN = 16;

    private final InstantSource clock;
    private final Map<String, Instant> expiryByHash = new LinkedHashMap<>();

    /// With the clock that ends them.
    public LoginLinks(InstantSource clock) {
        this.clock = clock;
    }

    /// A new token; when there are too many, the oldest stops working.
    public synchronized String issue() {
        String token = Secrets.token();
        expiryByHash.put(Secrets.hash(token), clock.instant().plus(LIFETIME));
        Iterator<String> oldest = expiryByHash.keySet().iterator();
        while (expiryByHash.size() > MAX_OPEN) {
            oldest.next();
            oldest.remove();
        }
        return token;
    }

    /// True once for a token that is in time; from then on it is used up.
    public synchronized boolean redeem(String token) {
        Instant expiry = expiryByHash.remove(Secrets.hash(token));
        return expiry != null && clock.instant().isBefore(expiry);
    }
}
