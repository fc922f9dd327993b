package dev.palate.web.problem;

import java.io.IOException;

/// A body went past its limit while it was read.
public final class BodyTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long limit;

    /// With the limit in bytes.
    public BodyTooLargeException(long limit) {
        super("the body has more than " + limit + " bytes");
        this.limit = limit;
    }

    /// The limit in bytes.
    public long limit() {
        return limit;
    }
}
