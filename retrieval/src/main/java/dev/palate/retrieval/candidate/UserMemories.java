package dev.palate.retrieval.candidate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.user.UserId;
import java.util.List;

/// The memories of a user, read your writes: one written before the call is in it. Thread-safe.
public interface UserMemories {
    /// Nobody has any.
    UserMemories NONE = user -> List.of();

    /// The active memories of the user, at most 400; muted ones may be among them.
    List<Memory> active(UserId user);
}
