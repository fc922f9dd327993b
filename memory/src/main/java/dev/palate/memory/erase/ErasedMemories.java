package dev.palate.memory.erase;

import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import java.util.Set;

/// Memories that are gone from the database, for the other places to follow.
///
/// @param subjects whom or what they were about
public record ErasedMemories(Set<MemoryId> ids, Set<Subject> subjects) {
    public ErasedMemories {
        ids = Set.copyOf(ids);
        subjects = Set.copyOf(subjects);
    }
}
