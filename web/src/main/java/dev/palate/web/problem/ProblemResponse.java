package dev.palate.web.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.json.JsonMapper;

/// Sends problems, from filters as from controllers. Thread-safe.
public final class ProblemResponse {
    /// The request attribute that holds the trace id.
    public static final String TRACE_ATTRIBUTE = "palate.trace";

    private static final String RETRY_SECONDS = "1";

    private final JsonMapper json;

    /// With the mapper of the API.
    public ProblemResponse(JsonMapper json) {
        this.json = json;
    }

    /// The answer for a controller's exception.
    public ResponseEntity<Object> entity(ProblemException e, HttpServletRequest request) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(e.type().status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
        headers(e.type(), answer::header);
        return answer.body(problem(e, request));
    }

    /// Writes the problem from a filter; does nothing when the answer has already begun.
    public void write(ProblemException e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        byte[] body = json.writeValueAsBytes(problem(e, request));
        response.resetBuffer();
        response.setStatus(e.type().status().value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        headers(e.type(), response::setHeader);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }

    /// The problem as data.
    public Problem problem(ProblemException e, HttpServletRequest request) {
        return Problem.of(e, request.getRequestURI(), trace(request));
    }

    /// A new trace id, 32 hexadecimal digits.
    public static String newTrace() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong());
    }

    private static String trace(HttpServletRequest request) {
        return request.getAttribute(TRACE_ATTRIBUTE) instanceof String trace ? trace : newTrace();
    }

    private static void headers(ProblemType type, java.util.function.BiConsumer<String, String> headers) {
        if (type == ProblemType.RATE_LIMITED || type == ProblemType.UNAVAILABLE) {
            headers.accept(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        if (type == ProblemType.UNAUTHORIZED) {
            headers.accept(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"palate\"");
        }
    }
}
