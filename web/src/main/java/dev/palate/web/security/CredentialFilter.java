package dev.palate.web.security;

import dev.palate.memory.MemoryException;
import dev.palate.memory.access.ApiKey;
import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemResponse;
import dev.palate.web.problem.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/// Reads the key from `X-API-Key` or `Authorization: Bearer`. A key that is given decides alone: a
/// session beside it counts for nothing, and a wrong key is refused at once. A session whose user is no
/// longer there ends here, before it could make that user again.
final class CredentialFilter extends OncePerRequestFilter {
    private static final String KEY_HEADER = "X-API-Key";
    private static final String BEARER = "Bearer ";

    private final ApiKeys keys;
    private final Users users;
    private final PageSessions sessions;
    private final ProblemResponse problems;

    CredentialFilter(ApiKeys keys, Users users, PageSessions sessions, ProblemResponse problems) {
        this.keys = keys;
        this.users = users;
        this.sessions = sessions;
        this.problems = problems;
    }

    /// True when the request brings a key, good or bad.
    static boolean hasKey(HttpServletRequest request) {
        return request.getHeader(KEY_HEADER) != null || request.getHeader(HttpHeaders.AUTHORIZATION) != null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!hasKey(request)) {
            if (ofNobody()) {
                sessions.end(request);
            }
            chain.doFilter(request, response);
            return;
        }
        String secret = secret(request);
        Optional<ApiKey> key = secret == null ? Optional.empty() : keys.authenticate(secret);
        if (key.isEmpty()) {
            problems.write(
                    new ProblemException(
                            ProblemType.UNAUTHORIZED,
                            "the key is unknown, expired or revoked; send one key that is in force"),
                    request,
                    response);
            return;
        }
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        ApiKey found = key.get();
        context.setAuthentication(new CallerToken(new Caller(found.id().value(), found.role(), found.user(), false)));
        SecurityContextHolder.setContext(context);
        chain.doFilter(request, response);
    }

    /// True for a session that looks through the eyes of a user who has been erased.
    private boolean ofNobody() {
        if (SecurityContextHolder.getContext().getAuthentication() instanceof CallerToken token) {
            UserId eyes = token.getPrincipal().user();
            return eyes != null && gone(eyes);
        }
        return false;
    }

    /// What cannot be asked now is told by whoever serves the request.
    private boolean gone(UserId user) {
        try {
            return users.user(user).isEmpty();
        } catch (MemoryException e) {
            return false;
        }
    }

    /// The one secret sent, absent when there is none or two that differ.
    private static @Nullable String secret(HttpServletRequest request) {
        String plain = request.getHeader(KEY_HEADER);
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization == null) {
            return plain;
        }
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        String bearer = authorization.substring(BEARER.length()).strip();
        return plain == null || plain.equals(bearer) ? bearer : null;
    }
}
