package dev.palate.web.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;

/// Shows a job until it has ended. Stateless.
final class JobWatch {
    private static final Duration LOOK_EVERY = Duration.ofMillis(300);

    private JobWatch() {}

    /// Where a job is.
    ///
    /// @param status as in the API
    record Seen(String status, double progress, String detail) {
        boolean ended() {
            return !status.equals("pending") && !status.equals("running");
        }

        boolean succeeded() {
            return status.equals("succeeded");
        }
    }

    /// Asks where the job is.
    @FunctionalInterface
    interface Look {
        Seen now() throws IOException;
    }

    /// Shows the job until it has ended.
    static Seen follow(Look look, PrintWriter out) throws IOException, InterruptedException {
        ProgressLine line = ProgressLine.of(out);
        Seen seen = look.now();
        while (!seen.ended()) {
            line.share("training: " + seen.detail(), seen.progress());
            Thread.sleep(LOOK_EVERY);
            seen = look.now();
        }
        line.end();
        return seen;
    }
}
