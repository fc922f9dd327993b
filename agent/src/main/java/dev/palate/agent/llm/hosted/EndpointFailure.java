package dev.palate.agent.llm.hosted;

import java.time.Duration;
import java.util.Optional;

/// What went wrong between here and an endpoint. Its message holds nothing that came over the wire but numbers and
/// short names.
final class EndpointFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What happened.
    enum Kind {
        /// No connection could be made: refused, unknown host, or too slow.
        CONNECT,
        /// It answered with a status that is no success.
        STATUS,
        /// It did not answer in time.
        LATE,
        /// The connection ended before the answer did.
        CUT,
        /// What it answered is not what its protocol allows.
        MALFORMED,
        /// It answered more than is allowed.
        TOO_LARGE
    }

    private final Kind kind;
    private final int status;
    private final transient Optional<Duration> retryAfter;

    EndpointFailure(Kind kind, String message) {
        this(kind, 0, Optional.empty(), message);
    }

    EndpointFailure(Kind kind, int status, Optional<Duration> retryAfter, String message) {
        super(message);
        this.kind = kind;
        this.status = status;
        this.retryAfter = retryAfter;
    }

    Kind kind() {
        return kind;
    }

    /// The status, 0 for other kinds.
    int status() {
        return status;
    }

    /// How long the endpoint asks to be left alone.
    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /// Whether the same request may succeed a little later, and was not worked on.
    boolean retriable() {
        return kind == Kind.CONNECT || kind == Kind.STATUS && (status == 429 || status >= 500);
    }

    /// Whether this request was refused and another may be answered: it says nothing of the endpoint's health.
    boolean ofTheRequest() {
        return kind == Kind.STATUS
                && status >= 400
                && status < 500
                && status != 401
                && status != 403
                && status != 404
                && status != 408
                && status != 429;
    }

    /// Whether the endpoint may have read the prompt, so that it may have cost something.
    boolean mayHaveCost() {
        return kind != Kind.CONNECT && kind != Kind.STATUS;
    }
}
