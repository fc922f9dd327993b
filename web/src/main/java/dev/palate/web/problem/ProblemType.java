package dev.palate.web.problem;

import java.util.Locale;
import org.springframework.http.HttpStatus;

/// The kinds of problem a caller can meet; names and statuses stay the same across versions.
public enum ProblemType {
    /// The request is malformed or a value is out of its range.
    VALIDATION_FAILED(HttpStatus.BAD_REQUEST, "The request is not valid"),
    /// A user must be named.
    SCOPE_REQUIRED(HttpStatus.BAD_REQUEST, "A scope is required"),
    /// No credential, or one that is not in force.
    UNAUTHORIZED(HttpStatus.UNAUTHORIZED, "A valid credential is required"),
    /// The credential does not reach this far.
    FORBIDDEN_SCOPE(HttpStatus.FORBIDDEN, "The credential does not reach this far"),
    /// Nothing is there, or not for this caller.
    NOT_FOUND(HttpStatus.NOT_FOUND, "Not found"),
    /// The path exists, the verb does not.
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The method is not allowed here"),
    /// The answer cannot be given in a form the caller accepts.
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "No acceptable representation"),
    /// The thing exists already, or its state forbids the act.
    CONFLICT(HttpStatus.CONFLICT, "The state of the resource forbids this"),
    /// The edit was made on an older revision.
    REVISION_CONFLICT(HttpStatus.PRECONDITION_FAILED, "The revision is not the current one"),
    /// The body is larger than the limit.
    PAYLOAD_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is too large"),
    /// The body is not of a type that is read here.
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The media type is not supported"),
    /// The Host header names another server.
    HOST_NOT_ALLOWED(HttpStatus.MISDIRECTED_REQUEST, "The host is not served here"),
    /// The memory is locked.
    MEMORY_LOCKED(HttpStatus.LOCKED, "The memory is locked"),
    /// An edit must name the revision it was made on.
    REVISION_REQUIRED(HttpStatus.PRECONDITION_REQUIRED, "The revision must be named"),
    /// Too much at once.
    RATE_LIMITED(HttpStatus.TOO_MANY_REQUESTS, "Too many requests at once"),
    /// A fault of the server.
    INTERNAL(HttpStatus.INTERNAL_SERVER_ERROR, "The server failed"),
    /// A part that the request needs is not ready.
    UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "Not ready"),
    /// The answer was not ready in time.
    DEADLINE_EXCEEDED(HttpStatus.GATEWAY_TIMEOUT, "The deadline passed");

    private static final String BASE = "https://palate.dev/problems/";

    private final HttpStatus status;
    private final String title;

    ProblemType(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    /// The HTTP status.
    public HttpStatus status() {
        return status;
    }

    /// The sentence that is the same for every problem of this type.
    public String title() {
        return title;
    }

    /// The stable code, such as `scope_required`.
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The address that names the type.
    public String uri() {
        return BASE + code().replace('_', '-');
    }

    /// The type for a status that a framework chose.
    public static ProblemType ofStatus(int status) {
        for (ProblemType type : values()) {
            if (type.status.value() == status && type != SCOPE_REQUIRED) {
                return type;
            }
        }
        return status >= 500 ? INTERNAL : VALIDATION_FAILED;
    }
}
