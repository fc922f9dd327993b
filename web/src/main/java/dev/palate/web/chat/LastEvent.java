package dev.palate.web.chat;

import dev.palate.web.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/// Where a reader was when its connection broke. Stateless.
final class LastEvent {
    private LastEvent() {}

    /// The sequence number in a `Last-Event-ID`, 0 when there is none.
    static int sequence(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return 0;
        }
        if (!header.strip().matches("\\d{1,9}")) {
            throw ProblemException.parameter(
                    "Last-Event-ID", "Last-Event-ID must be the id of an event of this turn, was " + header);
        }
        return Integer.parseInt(header.strip());
    }
}
