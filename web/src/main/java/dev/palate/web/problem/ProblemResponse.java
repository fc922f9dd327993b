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

    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);
    private static final String RETRY_SECONDS = "1";

    private final JsonMapper json;
    private final ProblemPages pages;

    /// With the mapper of the API and the pages for people.
    public ProblemResponse(JsonMapper json, ProblemPages pages) {
        this.json = json;
        this.pages = pages;
    }

    /// The answer for a controller's exception.
    public ResponseEntity<Object> entity(ProblemException e, HttpServletRequest request) {
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(e.type().status()).header(HttpHeaders.CACHE_CONTROL, "no-store");
        headers(e.type(), answer::header);
        if (pages.wants(request)) {
            return answer.contentType(HTML).body(pages.page(e, trace(request), request, null));
        }
        return answer.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem(e, request));
    }

    /// Writes the problem from a filter; does nothing when the answer has already begun.
    public void write(ProblemException e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        boolean page = pages.wants(request);
        byte[] body = page
                ? pages.page(e, trace(request), request, response).getBytes(StandardCharsets.UTF_8)
                : json.writeValueAsBytes(problem(e, request));
        response.resetBuffer();
        response.setStatus(e.type().status().value());
        response.setContentType(page ? MediaType.TEXT_HTML_VALUE : MediaType.APPLICATION_PROBLEM_JSON_VALUE);
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
