package dev.palate.memory.gate;

import dev.palate.memory.user.UserId;
import java.util.Set;

/// What users agreed to have remembered. Thread-safe; a write returns once it is on disk.
public interface Consents {
    /// The classes the user agreed to, none at first.
    Set<SensitiveClass> of(UserId user);

    /// Sets them.
    ///
    /// @throws dev.palate.memory.MemoryException `NOT_FOUND` when there is no such user
    void set(UserId user, Set<SensitiveClass> classes);
}
