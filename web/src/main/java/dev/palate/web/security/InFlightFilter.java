package dev.palate.web.security;

import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemResponse;
import dev.palate.web.problem.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/// Bounds the requests in flight; streams, which wait most of the time, have a bound of their own.
final class InFlightFilter extends OncePerRequestFilter {
    private final int maxRequests;
    private final int maxStreams;
    private final Semaphore requests;
    private final Semaphore streams;
    private final ProblemResponse problems;

    InFlightFilter(int maxRequests, int maxStreams, ProblemResponse problems) {
        this.maxRequests = maxRequests;
        this.maxStreams = maxStreams;
        this.requests = new Semaphore(maxRequests);
        this.streams = new Semaphore(maxStreams);
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().startsWith("/actuator/health");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean stream = isStream(request);
        Semaphore lane = stream ? streams : requests;
        if (!lane.tryAcquire()) {
            String detail = stream
                    ? "all " + maxStreams + " streams are in use; try again in a second"
                    : "all " + maxRequests + " places for requests are taken; try again in a second";
            problems.write(new ProblemException(ProblemType.RATE_LIMITED, detail), request, response);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            lane.release();
        }
    }

    private static boolean isStream(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE);
    }
}
