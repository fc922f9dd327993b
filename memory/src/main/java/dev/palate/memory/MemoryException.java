package dev.palate.memory;

import org.jspecify.annotations.Nullable;

/// An operation of the store that could not be done, with a code that stays the same across versions.
public final class MemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Why it could not be done; the HTTP layer maps each to one problem type.
    public enum Code {
        /// The thing named does not exist.
        NOT_FOUND,
        /// The revision expected is not the one stored.
        REVISION_CONFLICT,
        /// The memory is locked against this actor.
        LOCKED,
        /// A limit of size or count was passed.
        LIMIT,
        /// The data directory is owned by another process.
        DIRECTORY_HELD,
        /// A file is damaged, truncated or newer than this build.
        BAD_FILE,
        /// Outside input is malformed.
        BAD_INPUT,
        /// The queue of writes is full; try again.
        BUSY,
        /// The deadline passed.
        DEADLINE,
        /// The disk or the database refused.
        STORAGE
    }

    private final Code code;

    /// With the code and a message of the form: what, seen, allowed, next step.
    public MemoryException(Code code, String message) {
        this(code, message, null);
    }

    /// As above, with the cause.
    public MemoryException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /// The stable code.
    public Code code() {
        return code;
    }
}
