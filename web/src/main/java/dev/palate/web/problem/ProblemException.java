package dev.palate.web.problem;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request that is answered with a problem.
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ProblemType type;
    private final transient List<Problem.Fault> faults;

    /// With what was wrong, what was seen, what is allowed and what to do next.
    public ProblemException(ProblemType type, String detail) {
        this(type, detail, List.of(), null);
    }

    /// As above, with the places in the request.
    public ProblemException(ProblemType type, String detail, List<Problem.Fault> faults, @Nullable Throwable cause) {
        super(detail, cause);
        this.type = type;
        this.faults = List.copyOf(faults);
    }

    /// A value of the body that cannot be.
    public static ProblemException invalid(String pointer, String detail) {
        return new ProblemException(
                ProblemType.VALIDATION_FAILED, detail, List.of(Problem.Fault.at(pointer, detail)), null);
    }

    /// A query parameter or header that cannot be.
    public static ProblemException parameter(String name, String detail) {
        return new ProblemException(
                ProblemType.VALIDATION_FAILED, detail, List.of(Problem.Fault.of(name, detail)), null);
    }

    /// A thing that is not there, or not for this caller.
    public static ProblemException notFound(String what, String id) {
        return new ProblemException(ProblemType.NOT_FOUND, "there is no " + what + " " + id);
    }

    /// The type.
    public ProblemType type() {
        return type;
    }

    /// The places in the request.
    public List<Problem.Fault> faults() {
        return faults;
    }

    /// The detail, never absent.
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? type.title() : message;
    }
}
