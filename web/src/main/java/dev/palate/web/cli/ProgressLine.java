package dev.palate.web.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/// Shows how far a long work is: a bar that is drawn over on a terminal, a plain line every five seconds elsewhere.
/// Thread-safe.
public final class ProgressLine {
    private static final Duration TERMINAL_EVERY = Duration.ofMillis(200);
    private static final Duration PLAIN_EVERY = Duration.ofSeconds(5);
    private static final int BAR = 30;

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final long start;
    private long shownAt;
    private boolean shown;
    private int width;

    /// @param out where it is shown
    /// @param terminal whether `out` is one
    /// @param nanoTime tells the time
    public ProgressLine(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    /// One for standard output as it is.
    public static ProgressLine of(PrintWriter out) {
        var console = System.console();
        return new ProgressLine(out, console != null && console.isTerminal(), System::nanoTime);
    }

    /// Takes note of the progress and shows it when it is time.
    ///
    /// @param what is done, a few words
    /// @param bytes done
    /// @param totalBytes of the whole, above 0
    public synchronized void bytes(String what, long bytes, long totalBytes) {
        long now = nanoTime.getAsLong();
        Duration every = terminal ? TERMINAL_EVERY : PLAIN_EVERY;
        if (shown && now - shownAt < every.toNanos()) {
            return;
        }
        shown = true;
        shownAt = now;
        double share = Math.clamp((double) bytes / totalBytes, 0, 1);
        long seconds = Duration.ofNanos(now - start).toSeconds();
        String line = String.format(
                Locale.ROOT,
                "%3.0f %%  %d of %d MB  %d s  %s",
                100 * share,
                bytes / 1_000_000,
                totalBytes / 1_000_000,
                seconds,
                what);
        if (terminal) {
            int full = (int) Math.round(BAR * share);
            line = "[" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + line;
            out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            width = line.length();
        } else {
            out.println(line);
        }
        out.flush();
    }

    /// Ends the bar, so that what is printed next begins a line.
    public synchronized void end() {
        if (terminal && shown) {
            out.println();
            out.flush();
        }
    }
}
