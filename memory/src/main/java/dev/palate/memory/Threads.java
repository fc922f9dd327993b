package dev.palate.memory;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// The end of threads that work in the background. Stateless.
public final class Threads {
    private Threads() {}

    /// Waits for a thread that was told to end; where it does not, the log says so. An interrupt ends the
    /// waiting and stays set.
    ///
    /// @param thread absent when it was never started
    /// @param what it does, for the log, such as `retention`
    public static void awaitEnd(@Nullable Thread thread, Duration atMost, Logger log, String what) {
        try {
            if (thread != null && !thread.join(atMost)) {
                log.warn("{} did not end within {} s", what, atMost.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
