package dev.palate.web.security;

import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import org.jspecify.annotations.Nullable;

/// Decides whose things a caller reaches. The credential decides; what a request says can only narrow it.
///
/// A user id in a path, body or filter that the caller does not reach is `forbidden-scope`, whether or not that user
/// exists; a thing of another user named by its own id is `not-found`. Thread-safe.
public final class Access {
    private final Users users;

    /// With the users.
    public Access(Users users) {
        this.users = users;
    }

    /// The user a request is about: the one named when the caller reaches it, the caller's own when none is named.
    ///
    /// @throws ProblemException `scope-required` when neither is given, `forbidden-scope` when it is out of reach
    public UserId scope(Caller caller, String pointer, @Nullable String named) {
        UserId user = optionalScope(caller, pointer, named);
        if (user == null) {
            throw new ProblemException(
                    ProblemType.SCOPE_REQUIRED,
                    "a user_id is required: this credential speaks for no one user",
                    java.util.List.of(dev.palate.web.problem.Problem.Fault.at(pointer, "user_id is required")),
                    null);
        }
        return user;
    }

    /// As [#scope], absent when none is named and the caller has none.
    public @Nullable UserId optionalScope(Caller caller, String pointer, @Nullable String named) {
        if (named == null) {
            return caller.user();
        }
        UserId user = Input.at(pointer, () -> new UserId(named));
        if (!caller.reaches(user)) {
            throw new ProblemException(
                    ProblemType.FORBIDDEN_SCOPE, "this credential reaches only its own user's things");
        }
        return user;
    }

    /// As [#scope], and the user exists.
    public UserId known(Caller caller, String pointer, @Nullable String named) {
        return existing(scope(caller, pointer, named)).id();
    }

    /// The user.
    ///
    /// @throws ProblemException `not-found`
    public User existing(UserId id) {
        return users.user(id)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND, "there is no user " + id + "; PUT /v1/users/" + id + " makes one"));
    }

    /// Refuses a thing of another user as if it were not there.
    public void owns(Caller caller, @Nullable UserId owner, String what, String id) {
        if (owner == null ? caller.role() == dev.palate.memory.access.Role.USER : !caller.reaches(owner)) {
            throw ProblemException.notFound(what, id);
        }
    }
}
