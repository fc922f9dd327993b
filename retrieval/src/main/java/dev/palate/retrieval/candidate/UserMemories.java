package dev.palate.retrieval.candidate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.function.Function;

/// The memories of a user, read your writes: one written before the call is in it. Thread-safe.
public interface UserMemories {
    /// Nobody has any.
    UserMemories NONE = user -> List.of();

    /// The active memories of the user that count in ranking, at most 400: all but the weakest; muted ones may be
    /// among them.
    List<Memory> active(UserId user);

    /// All active memories of the user, for what they rule out; those of [#active] where that has room for all.
    default List<Memory> standing(UserId user) {
        return active(user);
    }

    /// With both as given.
    static UserMemories of(Function<UserId, List<Memory>> active, Function<UserId, List<Memory>> standing) {
        return new UserMemories() {
            @Override
            public List<Memory> active(UserId user) {
                return active.apply(user);
            }

            @Override
            public List<Memory> standing(UserId user) {
                return standing.apply(user);
            }
        };
    }
}
