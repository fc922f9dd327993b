package dev.palate.web.admin;

import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemPages;
import dev.palate.web.security.PageSessions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.WebContext;
import org.thymeleaf.web.servlet.JakartaServletWebApplication;

/// Problems as pages, for people who came with a browser. Thread-safe.
final class ErrorPages implements ProblemPages {
    private static final List<String> MACHINES = List.of("/v1/", "/v3/", "/actuator/", "/local/");

    private final ITemplateEngine templates;
    private final PageSessions sessions;

    ErrorPages(ITemplateEngine templates, PageSessions sessions) {
        this.templates = templates;
        this.sessions = sessions;
    }

    @Override
    public boolean wants(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        String path = request.getRequestURI();
        return accept != null
                && accept.contains(MediaType.TEXT_HTML_VALUE)
                && MACHINES.stream().noneMatch(path::startsWith);
    }

    @Override
    public String page(
            ProblemException problem,
            @Nullable String trace,
            HttpServletRequest request,
            @Nullable HttpServletResponse response) {
        int status = problem.type().status().value();
        String template = switch (status) {
            case 401 -> "login";
            case 403 -> "error/403";
            case 404 -> "error/404";
            default -> status < 500 ? "error/4xx" : "error";
        };
        var exchange = JakartaServletWebApplication.buildApplication(request.getServletContext())
                .buildExchange(request, response == null ? current() : response);
        return templates.process(
                template,
                new WebContext(
                        exchange,
                        Locale.ENGLISH,
                        Map.of(
                                "status",
                                status,
                                "detail",
                                Words.capitalised(problem.getMessage()),
                                "trace",
                                trace == null ? "" : trace,
                                "spent",
                                request.getParameter("token") != null,
                                "erased",
                                sessions.endedByErasure(request))));
    }

    private static HttpServletResponse current() {
        ServletRequestAttributes attributes =
                (ServletRequestAttributes) RequestContextHolder.currentRequestAttributes();
        return Objects.requireNonNull(attributes.getResponse(), "an error page is drawn inside a request only");
    }
}
