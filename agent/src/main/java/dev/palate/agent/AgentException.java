package dev.palate.agent;

import java.util.Locale;

/// The one unchecked exception for operating errors of this module. [#code] is stable: callers branch on it, and
/// the
/// web
/// layer maps it to a problem.
public final class AgentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What went wrong. The lower-case name is the code that clients see.
    public enum Code {
        /// No model is there, or it is not ready (yet).
        MODEL_UNAVAILABLE,
        /// More calls wait for the model than its queue holds.
        MODEL_BUSY,
        /// The deadline passed before there was an answer.
        MODEL_DEADLINE,
        /// The caller cancelled or was interrupted.
        MODEL_CANCELLED,
        /// The model's process ended or stalled during the call.
        MODEL_LOST,
        /// The model answered, but not in the shape that was asked for.
        MODEL_OUTPUT,
        /// The day's budget for the model does not allow the call.
        MODEL_BUDGET,
        /// The prompt does not fit the model's context.
        MODEL_PROMPT_TOO_LONG,
        /// Weights or the native library cannot be fetched, read or verified.
        MODEL_STORE,
        /// No lane is free; try again.
        BUSY,
        /// The thing named does not exist.
        NOT_FOUND,
        /// A data file is malformed.
        BAD_FILE
    }

    private final Code code;

    /// @param code stable kind
    /// @param message what happened, what was seen, what is allowed, what to do next; never text of a user
    public AgentException(Code code, String message) {
        super(message);
        this.code = code;
    }

    /// @param code stable kind
    /// @param message what happened, what was seen, what is allowed, what to do next; never text of a user
    /// @param cause what was caught
    public AgentException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /// The stable kind.
    public Code code() {
        return code;
    }

    /// The kind as clients see it, like `model_unavailable`.
    public String codeName() {
        return code.name().toLowerCase(Locale.ROOT);
    }
}
