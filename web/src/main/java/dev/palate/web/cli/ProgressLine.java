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
    private String part = "";
    private long partStart;
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
        if (isTime(what)) {
            show(
                    (double) bytes / totalBytes,
                    String.format(
                            Locale.ROOT, "%d of %d MB  %d s", bytes / 1_000_000, totalBytes / 1_000_000, seconds()),
                    what);
        }
    }

    /// Takes note of the progress of work on rows and shows it, with its rate, when it is time.
    ///
    /// @param what is done, a few words; another text starts another rate
    /// @param rows done
    /// @param totalRows of the whole, 0 when not known
    public synchronized void rows(String what, long rows, long totalRows) {
        if (isTime(what)) {
            double seconds = Math.max(1e-3, (nanoTime.getAsLong() - partStart) / 1e9);
            String total = totalRows > 0 ? String.format(Locale.ROOT, " of %,d", totalRows) : "";
            show(
                    totalRows > 0 ? (double) rows / totalRows : 0,
                    String.format(
                            Locale.ROOT, "%,d%s rows  %,.0f rows/s  %d s", rows, total, rows / seconds, seconds()),
                    what);
        }
    }

    /// Takes note of the share done, in [0, 1], and shows it when it is time. What is done is described by the words.
    public synchronized void share(String what, double share) {
        if (isTime("")) {
            show(share, seconds() + " s", what);
        }
    }

    /// Says something on a line of its own.
    public synchronized void say(String words) {
        end();
        out.println(words);
        out.flush();
    }

    private long seconds() {
        return Duration.ofNanos(nanoTime.getAsLong() - start).toSeconds();
    }

    private boolean isTime(String what) {
        long now = nanoTime.getAsLong();
        if (!what.equals(part)) {
            part = what;
            partStart = now;
        }
        Duration every = terminal ? TERMINAL_EVERY : PLAIN_EVERY;
        if (shown && now - shownAt < every.toNanos()) {
            return false;
        }
        shown = true;
        shownAt = now;
        return true;
    }

    private void show(double done, String amount, String what) {
        double share = Math.clamp(done, 0, 1);
        String line = String.format(Locale.ROOT, "%3.0f %%  %s  %s", 100 * share, amount, what);
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
            shown = false;
        }
    }
}
