package dev.palate.agent.llm.local;

import java.time.Duration;

/// How long the model lately took from being asked to its first words. Tells of a call that has waited whether it can
/// still be of use: under load the next in turn is the one that waited longest, and a model that reads its prompt in
/// vain serves nobody. Thread-safe.
final class FirstWords {
    private static final double NEWEST = 0.3;
    /// A call that waited for less is always begun, so that one slow answer cannot end the measuring.
    private static final double HARDLY_WAITED = 0.1;

    private long usualNanos;

    /// A call's first words came after so long.
    synchronized void came(long nanos) {
        usualNanos = usualNanos == 0 ? nanos : Math.round((1 - NEWEST) * usualNanos + NEWEST * nanos);
    }

    /// A call was given up without any, after so long: they would have taken at least that.
    synchronized void missed(long nanos) {
        if (nanos > usualNanos) {
            came(nanos);
        }
    }

    /// True when a call that has waited had better not be begun.
    ///
    /// @param left how long first words are still of use
    synchronized boolean tooLate(Duration left, Duration waited) {
        boolean hardly = waited.toNanos() <= HARDLY_WAITED * (waited.toNanos() + left.toNanos());
        return !hardly && left.toNanos() < usualNanos;
    }

    /// 0 while nothing was measured.
    synchronized Duration usual() {
        return Duration.ofNanos(usualNanos);
    }
}
