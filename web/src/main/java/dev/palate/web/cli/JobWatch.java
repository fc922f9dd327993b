package dev.palate.web.cli;

import dev.palate.web.security.LocalDoor;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

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

    /// Shows a job of the server until it has ended.
    ///
    /// @param job as the server answered when it started it
    static Seen followServer(LocalDoor.Address server, JsonNode job, String what, PrintWriter out)
            throws IOException, InterruptedException {
        String id = job.get("id").asString();
        return follow(
                () -> {
                    JsonNode now = LocalCalls.call(server, "GET", "/local/jobs/" + id);
                    return new Seen(
                            now.get("status").asString(),
                            now.get("progress").asDouble(),
                            now.get("detail").asString());
                },
                what,
                out);
    }

    /// Shows the job until it has ended.
    ///
    /// @param what is done, a word
    static Seen follow(Look look, String what, PrintWriter out) throws IOException, InterruptedException {
        ProgressLine line = ProgressLine.of(out);
        Seen seen = look.now();
        while (!seen.ended()) {
            line.share(what + ": " + seen.detail(), seen.progress());
            Thread.sleep(LOOK_EVERY);
            seen = look.now();
        }
        line.end();
        return seen;
    }
}
