package dev.palate.web.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A problem as sent, RFC 9457 with a code, the trace and the faults.
///
/// @param type the address that names the type
/// @param instance the path asked for
/// @param traceId names the request in the log
/// @param errors where in the request, may be empty
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        String code,
        @Nullable String traceId,
        List<Fault> errors) {
    /// One fault of the request.
    ///
    /// @param pointer JSON pointer into the body, such as `#/filters/categories/0`
    /// @param parameter the name of a query parameter or header
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Fault(@Nullable String pointer, @Nullable String parameter, String detail) {
        /// A fault in the body.
        public static Fault at(String pointer, String detail) {
            return new Fault(pointer, null, detail);
        }

        /// A fault in a query parameter or header.
        public static Fault of(String parameter, String detail) {
            return new Fault(null, parameter, detail);
        }
    }

    public Problem {
        errors = List.copyOf(errors);
    }

    /// The problem of an exception met at a path.
    public static Problem of(ProblemException e, String instance, @Nullable String traceId) {
        ProblemType type = e.type();
        return new Problem(
                type.uri(),
                type.title(),
                type.status().value(),
                e.getMessage(),
                instance,
                type.code(),
                traceId,
                e.faults());
    }
}
