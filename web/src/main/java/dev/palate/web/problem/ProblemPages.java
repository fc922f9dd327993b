package dev.palate.web.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/// Draws problems for people who came with a browser; programs get them as JSON. Thread-safe.
public interface ProblemPages {
    /// True when the request wants a page.
    boolean wants(HttpServletRequest request);

    /// The page as HTML.
    String page(
            ProblemException problem,
            @Nullable String trace,
            HttpServletRequest request,
            @Nullable HttpServletResponse response);
}
