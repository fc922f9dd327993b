package dev.palate.web.problem;

import java.io.IOException;
import java.util.List;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/// Says in the caller's terms why a body could not be read. Stateless.
final class Faults {
    private static final int MAX_DETAIL = 300;

    private Faults() {}

    static ProblemException unreadable(HttpMessageNotReadableException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException problem) {
                return problem;
            }
            if (cause instanceof BodyTooLargeException large) {
                return tooLarge(large);
            }
        }
        if (e.getCause() instanceof JacksonException json) {
            return json(json);
        }
        if (e.getCause() instanceof IOException) {
            return new ProblemException(ProblemType.VALIDATION_FAILED, "the body ended early");
        }
        return new ProblemException(ProblemType.VALIDATION_FAILED, "a JSON body is required");
    }

    static ProblemException tooLarge(BodyTooLargeException e) {
        return new ProblemException(
                ProblemType.PAYLOAD_TOO_LARGE, "the body has more than " + e.limit() + " bytes; send less at a time");
    }

    private static ProblemException json(JacksonException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds() == null
                    ? ""
                    : "; allowed: "
                            + String.join(
                                    ", ",
                                    unknown.getKnownPropertyIds().stream()
                                            .map(String::valueOf)
                                            .sorted()
                                            .toList());
            return at(pointer(e), "unknown field " + unknown.getPropertyName() + known);
        }
        if (e instanceof StreamReadException) {
            return at(
                    "#",
                    "malformed JSON at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr());
        }
        if (e instanceof DatabindException && e.getCause() instanceof IllegalArgumentException illegal) {
            return at(pointer(e), shortened(String.valueOf(illegal.getMessage())));
        }
        return at(pointer(e), shortened(e.getOriginalMessage()));
    }

    private static ProblemException at(String pointer, String detail) {
        return new ProblemException(
                ProblemType.VALIDATION_FAILED, detail, List.of(Problem.Fault.at(pointer, detail)), null);
    }

    private static String pointer(JacksonException e) {
        StringBuilder pointer = new StringBuilder("#");
        for (JacksonException.Reference step : e.getPath()) {
            pointer.append('/');
            String name = step.getPropertyName();
            pointer.append(
                    name == null
                            ? String.valueOf(step.getIndex())
                            : name.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    private static String shortened(String message) {
        return message.length() <= MAX_DETAIL ? message : message.substring(0, MAX_DETAIL) + "…";
    }
}
