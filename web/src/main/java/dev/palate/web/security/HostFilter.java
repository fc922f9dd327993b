package dev.palate.web.security;

import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemResponse;
import dev.palate.web.problem.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;

/// Refuses requests whose Host header names a server that this one is not: a page elsewhere that points its own name
/// at the loopback address (DNS rebinding) gets no answer.
final class HostFilter extends OncePerRequestFilter {
    private final Set<String> allowed = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    private final ProblemResponse problems;

    HostFilter(Collection<String> further, ProblemResponse problems) {
        further.forEach(host -> allowed.add(host.toLowerCase(Locale.ROOT)));
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String host = request.getHeader("Host");
        if (host == null || !allowed.contains(name(host))) {
            problems.write(
                    new ProblemException(
                            ProblemType.HOST_NOT_ALLOWED,
                            "the Host header must name localhost or a host in palate.allowed-hosts, was "
                                    + (host == null ? "missing" : host)),
                    request,
                    response);
            return;
        }
        chain.doFilter(request, response);
    }

    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return name.toLowerCase(Locale.ROOT);
    }
}
