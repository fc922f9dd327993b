package dev.palate.memory.erase;

import java.time.Instant;

/// A kind of things that may be too old, in the place that holds it. Thread-safe.
public interface Expiring {
    /// Which kind.
    Kept kept();

    /// Removes the oldest that are older than a moment; called again until it removes fewer than it may.
    ///
    /// @param most at a time, 1 to 1,000
    /// @return how many went
    int expire(Instant before, int most);
}
