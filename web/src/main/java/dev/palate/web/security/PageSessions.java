package dev.palate.web.security;

import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;

/// The sessions of the pages: who looks, and through whose eyes. With the erasure of that user a session
/// ends, since it holds the id and would go on as somebody who is not there. Thread-safe.
public final class PageSessions implements ErasurePlace {
    private static final String ATTRIBUTE = "palate.session";
    private static final int MAX_ENDED = 1_000;

    private final SecurityContextRepository contexts = new HttpSessionSecurityContextRepository();
    private final Set<Open> open = ConcurrentHashMap.newKeySet();
    /// Hashes of the ids of sessions that an erasure ended, oldest first, so that a browser can be told
    /// why.
    private final LinkedHashSet<String> ended = new LinkedHashSet<>();

    /// One that is open; the container says when it no longer is.
    private final class Open implements HttpSessionBindingListener {
        private final UserId eyes;
        private final HttpSession session;

        Open(UserId eyes, HttpSession session) {
            this.eyes = eyes;
            this.session = session;
        }

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            open.add(this);
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            open.remove(this);
        }

        void end() {
            try {
                forgotten(session.getId());
                session.invalidate();
            } catch (IllegalStateException e) {
                // It ended by itself meanwhile, which is as well.
                open.remove(this);
            }
        }
    }

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
        HttpSession session = request.getSession();
        session.setAttribute(ATTRIBUTE, new Open(eyes, session));
    }

    /// Ends the session of the request, whose user is no longer there.
    void end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null && session.getAttribute(ATTRIBUTE) instanceof Open there) {
            there.end();
        }
        SecurityContextHolder.clearContext();
    }

    /// True when the session that the request names ended because its user was erased; of the newest
    /// 1,000.
    public boolean endedByErasure(HttpServletRequest request) {
        @Nullable String id = request.getRequestedSessionId();
        if (id == null) {
            return false;
        }
        synchronized (ended) {
            return ended.contains(Secrets.hash(id));
        }
    }

    private void forgotten(String id) {
        synchronized (ended) {
            ended.add(Secrets.hash(id));
            if (ended.size() > MAX_ENDED) {
                ended.removeFirst();
            }
        }
    }

    @Override
    public String name() {
        return "page sessions";
    }

    @Override
    public long erase(UserId user) {
        List<Open> theirs = of(user);
        theirs.forEach(Open::end);
        return theirs.size();
    }

    @Override
    public long remaining(UserId user) {
        return of(user).size();
    }

    private List<Open> of(UserId user) {
        return open.stream().filter(one -> one.eyes.equals(user)).toList();
    }
}
