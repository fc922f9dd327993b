package dev.palate.web.security;

import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Turns a login link into a page session.
@RestController
final class LoginController {
    /// The user whose eyes a new session has: always the same one, so that what was said stays.
    static final UserId FIRST_EYES = new UserId("me");

    private final LoginLinks links;
    private final PageSessions sessions;
    private final Users users;
    private final InstantSource clock;

    LoginController(LoginLinks links, PageSessions sessions, Users users, InstantSource clock) {
        this.links = links;
        this.sessions = sessions;
        this.users = users;
        this.clock = clock;
    }

    @GetMapping("/login")
    void login(@RequestParam @Nullable String token, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (token == null || !links.redeem(token)) {
            throw new ProblemException(
                    ProblemType.UNAUTHORIZED,
                    "a login link works once and for 10 minutes; ./palate login prints a new one");
        }
        HttpSession old = request.getSession(false);
        if (old != null) {
            old.invalidate();
        }
        users.ensure(new User(FIRST_EYES, "You", clock.instant(), false));
        sessions.open(FIRST_EYES, request, response);
        response.sendRedirect("/chat");
    }
}
