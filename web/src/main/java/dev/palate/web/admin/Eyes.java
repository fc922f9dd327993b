package dev.palate.web.admin;

import dev.palate.memory.user.UserId;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Caller;
import org.jspecify.annotations.Nullable;

/// Whose things a page shows.
final class Eyes {
    private Eyes() {}

    /// The user whose eyes the session has.
    ///
    /// @throws ProblemException `unauthorized` without a session of the pages
    static UserId of(@Nullable Caller caller) {
        UserId user = caller == null ? null : caller.user();
        if (user == null) {
            throw new ProblemException(
                    ProblemType.UNAUTHORIZED, "the pages need a session; open a link that ./palate login prints");
        }
        return user;
    }
}
