package dev.palate.memory.user;

import dev.palate.memory.Page;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The users, as the truth has them. Thread-safe; a write returns once it is on disk.
public interface Users {
    /// The user.
    Optional<User> user(UserId id);

    /// A page in id order; with a prefix only ids that start with it.
    Page<User> page(@Nullable String prefix, @Nullable String cursor, int limit);

    /// How many users there are.
    long count();

    /// Writes the user unless one of this id exists.
    ///
    /// @return the user as stored
    User ensure(User user);

    /// Writes or replaces the user.
    void put(User user);

    /// Writes those of the users that do not exist yet; a long list in several commits.
    ///
    /// @return how many were new
    int ensureAll(List<User> users);
}
