package dev.palate.web.security;

import dev.palate.memory.user.UserId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;

/// The sessions of the pages: who looks, and through whose eyes. Thread-safe.
public final class PageSessions {
    private final SecurityContextRepository contexts = new HttpSessionSecurityContextRepository();

    /// Where the sessions are kept.
    public SecurityContextRepository contexts() {
        return contexts;
    }

    /// Opens a session that looks through the eyes of the user, or turns the session there is to that user.
    public void open(UserId eyes, HttpServletRequest request, HttpServletResponse response) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(new CallerToken(Caller.page(eyes)));
        SecurityContextHolder.setContext(context);
        contexts.saveContext(context, request, response);
    }
}
