package dev.palate.web.security;

import dev.palate.memory.access.Role;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.user.UserId;
import org.jspecify.annotations.Nullable;

/// Who is calling, as the credential says.
///
/// @param id of the key, or `page` for a session of the pages
/// @param user the only user a caller of role `user` reaches; for a page session the one whose eyes are used
/// @param session true for a page session
public record Caller(String id, Role role, @Nullable UserId user, boolean session) {
    public Caller {
        if (role == Role.USER && user == null) {
            throw new IllegalArgumentException("a caller of role user must name its user");
        }
    }

    /// A session of the pages: an admin who looks through the eyes of a user.
    public static Caller page(UserId eyes) {
        return new Caller("page", Role.ADMIN, eyes, true);
    }

    /// Who is written into histories: the user of a user key, else the operator's key.
    public Actor actor() {
        return role == Role.USER && user != null
                ? new Actor("user:" + shortened(user.value()))
                : new Actor("operator:" + shortened(id));
    }

    /// True when the caller may reach the user.
    public boolean reaches(UserId wanted) {
        return role != Role.USER || wanted.equals(user);
    }

    /// True when the credential was made for this very user, who was there then: it makes nobody, so that
    /// what comes late after an erasure does not bring the user back.
    public boolean speaksFor(UserId wanted) {
        return wanted.equals(user);
    }

    private static String shortened(String id) {
        return id.length() <= 120 ? id : id.substring(0, 120);
    }
}
