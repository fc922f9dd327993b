package dev.palate.web.cli;

import java.net.BindException;
import org.springframework.boot.web.server.PortInUseException;

/// Says in one line why a command could not be done. Stateless.
final class Failures {
    private static final int MAX_DEPTH = 20;

    private Failures() {}

    /// The message of the deepest cause, which is where our own messages are.
    static String line(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            if (cause instanceof PortInUseException port) {
                return "port " + port.getPort() + " is in use; choose another with --port";
            }
            if (cause instanceof BindException) {
                return "the address cannot be listened on: " + cause.getMessage();
            }
            Throwable next = cause.getCause();
            if (next == null || ours(cause)) {
                break;
            }
            cause = next;
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static boolean ours(Throwable cause) {
        return cause.getClass().getName().startsWith("dev.palate.");
    }
}
