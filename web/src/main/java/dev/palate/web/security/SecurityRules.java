package dev.palate.web.security;

import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.user.Users;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemResponse;
import dev.palate.web.problem.ProblemType;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.session.DisableEncodeUrlFilter;

/// The one chain that every request passes: trace, host, room, size, credential, CSRF, role. Stateless.
public final class SecurityRules {
    /// The limits of the chain.
    ///
    /// @param allowedHosts names beside the loopback ones
    /// @param requestsInFlight at a time
    /// @param streamsInFlight at a time
    /// @param bodyBytes of one request
    public record Bounds(List<String> allowedHosts, int requestsInFlight, int streamsInFlight, long bodyBytes) {
        public Bounds {
            allowedHosts = List.copyOf(allowedHosts);
        }
    }

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final String POLICY =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
                    + "form-action 'self'; frame-ancestors 'none'";
    private static final String NO_CREDENTIAL =
            "send a key as X-API-Key or Authorization: Bearer, or open a link that ./palate login prints";
    private static final String SESSION_ENDED = "this session ended when its user was erased; nothing was written."
            + " Open a link that ./palate login prints to begin anew";
    private static final String ADMIN = "ADMIN";
    private static final String APP = "APP";

    private SecurityRules() {}

    /// Builds the chain.
    public static SecurityFilterChain chain(
            HttpSecurity http,
            Bounds bounds,
            ApiKeys keys,
            Users users,
            PageSessions sessions,
            ProblemResponse problems) {
        http.addFilterBefore(new TraceFilter(), DisableEncodeUrlFilter.class)
                .addFilterBefore(new HostFilter(bounds.allowedHosts(), problems), DisableEncodeUrlFilter.class)
                .addFilterBefore(
                        new InFlightFilter(bounds.requestsInFlight(), bounds.streamsInFlight(), problems),
                        DisableEncodeUrlFilter.class)
                .addFilterBefore(new BodyLimitFilter(bounds.bodyBytes(), problems), DisableEncodeUrlFilter.class)
                .addFilterBefore(new CredentialFilter(keys, users, sessions, problems), CsrfFilter.class)
                .securityContext(context -> context.securityContextRepository(sessions.contexts()))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.NEVER))
                .requestCache(cache -> cache.disable())
                .logout(logout -> logout.disable())
                .csrf(csrf -> csrf.requireCsrfProtectionMatcher(SecurityRules::needsCsrfToken))
                .headers(headers -> headers.contentSecurityPolicy(csp -> csp.policyDirectives(POLICY))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                        .frameOptions(frame -> frame.deny()))
                .exceptionHandling(on -> on.authenticationEntryPoint((request, response, e) -> problems.write(
                                new ProblemException(
                                        ProblemType.UNAUTHORIZED,
                                        sessions.endedByErasure(request) ? SESSION_ENDED : NO_CREDENTIAL),
                                request,
                                response))
                        .accessDeniedHandler((request, response, e) -> problems.write(
                                new ProblemException(ProblemType.FORBIDDEN_SCOPE, denial(e)), request, response)))
                .authorizeHttpRequests(SecurityRules::authorize);
        return http.build();
    }

    private static void authorize(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry rules) {
        rules.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD)
                .permitAll()
                .requestMatchers(
                        "/actuator/health/**",
                        "/login",
                        "/error",
                        "/local/**",
                        "/v3/api-docs/**",
                        "/assets/**",
                        "/webjars/**")
                .permitAll()
                .requestMatchers(
                        "/v1/api-keys/**",
                        "/v1/models/**",
                        "/v1/lab",
                        "/v1/lab/**",
                        "/v1/lab:run",
                        "/v1/models:train",
                        "/v1/models:roll-back",
                        "/v1/jobs/*/cancel",
                        "/v1/index:rebuild",
                        "/v1/domain-rules",
                        "/v1/domain-rules:preview",
                        "/v1/domain-rules:propose",
                        "/v1/domain-rules:activate")
                .hasRole(ADMIN)
                .requestMatchers("/v1/memories:replay", "/v1/memories/*/approve", "/v1/interactions/*/undo-themes")
                .hasRole(ADMIN)
                .requestMatchers("/v1/jobs/**", "/v1/stats/**")
                .hasAnyRole(ADMIN, APP)
                // Sums of few people, whose differences from one day to the next tell of one of them.
                .requestMatchers("/v1/items/*/themes")
                .hasAnyRole(ADMIN, APP)
                .requestMatchers(HttpMethod.GET, "/v1/items/**", "/v1/items")
                .authenticated()
                .requestMatchers("/v1/items/**", "/v1/items", "/v1/items:batch")
                .hasAnyRole(ADMIN, APP)
                .requestMatchers("/v1/users")
                .hasAnyRole(ADMIN, APP)
                .requestMatchers(HttpMethod.PUT, "/v1/users/*")
                .hasAnyRole(ADMIN, APP)
                .requestMatchers("/v1/**")
                .authenticated()
                .anyRequest()
                .hasRole(ADMIN);
    }

    private static boolean needsCsrfToken(HttpServletRequest request) {
        return !SAFE_METHODS.contains(request.getMethod())
                && !CredentialFilter.hasKey(request)
                && request.getSession(false) != null;
    }

    private static String denial(Exception e) {
        return e instanceof org.springframework.security.web.csrf.CsrfException
                ? "a page session must send its CSRF token with every write"
                : "the role of this credential may not do this";
    }
}
