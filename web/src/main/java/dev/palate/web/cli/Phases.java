package dev.palate.web.cli;

import java.io.PrintWriter;
import java.util.Locale;

/// Prints the phases of a start with their times. Not thread-safe.
final class Phases {
    private final PrintWriter out;
    private long since = System.nanoTime();

    Phases(PrintWriter out) {
        this.out = out;
    }

    /// The phase that began with the last call is done.
    void done(String phase) {
        done(phase, "");
    }

    /// As above, with what it did.
    void done(String phase, String result) {
        long now = System.nanoTime();
        out.printf(Locale.ROOT, "%-10s %6.1f s  %s%n", phase, (now - since) / 1e9, result);
        since = now;
    }
}
