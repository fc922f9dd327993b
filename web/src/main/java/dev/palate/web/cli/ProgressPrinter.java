package dev.palate.web.cli;

import dev.palate.retrieval.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Prints a line of progress when the last one is old enough. Not thread-safe.
final class ProgressPrinter implements Progress {
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final PrintWriter out;
    private final LongSupplier nanoTime;
    private long last;

    ProgressPrinter(PrintWriter out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    @Override
    public void advanced(String phase, int done, int total) {
        long now = nanoTime.getAsLong();
        if (now - last >= EVERY.toNanos()) {
            last = now;
            out.println(phase + " " + done + "/" + total + " (" + 100L * done / total + " %)");
            out.flush();
        }
    }
}
