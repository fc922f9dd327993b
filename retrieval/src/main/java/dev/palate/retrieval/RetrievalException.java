package dev.palate.retrieval;

import org.jspecify.annotations.Nullable;

/// An operation of candidate finding, ranking, training or evaluation that could not be done, with a code that stays
/// the same across versions.
public final class RetrievalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Why it could not be done.
    public enum Code {
        /// The thing named does not exist.
        NOT_FOUND,
        /// A file is damaged, truncated or newer than this build.
        BAD_FILE,
        /// Outside input is malformed.
        BAD_INPUT,
        /// The heap is too small for the work asked for.
        MEMORY,
        /// The training process failed.
        TRAINING,
        /// The work was cancelled.
        CANCELLED,
        /// The deadline passed.
        DEADLINE,
        /// The disk refused.
        STORAGE,
        /// The quality gate refused a model, or other work has to end first.
        REFUSED
    }

    private final Code code;

    /// With the code and a message of the form: what, seen, allowed, next step.
    public RetrievalException(Code code, String message) {
        this(code, message, null);
    }

    /// As above, with the cause.
    public RetrievalException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /// The stable code.
    public Code code() {
        return code;
    }
}
