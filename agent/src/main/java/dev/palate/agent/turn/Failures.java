package dev.palate.agent.turn;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notes what went wrong in a step: the step and the kind of failure, never text of a user. Stateless.
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static void note(String step, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        StackTraceElement[] trace = cause.getStackTrace();
        LOG.warn(
                "step {} failed: {} at {}", step, cause.getClass().getName(), trace.length == 0 ? "unknown" : trace[0]);
    }
}
