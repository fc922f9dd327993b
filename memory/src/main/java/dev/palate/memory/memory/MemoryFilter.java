package dev.palate.memory.memory;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which memories a listing takes; absent or empty parts do not filter.
///
/// @param subject only of this subject
/// @param kinds only of these kinds
/// @param statuses only of these statuses
/// @param words only those whose text or quote holds this, without regard to case
public record MemoryFilter(
        @Nullable Subject subject,
        Set<MemoryKind> kinds,
        Set<MemoryStatus> statuses,
        @Nullable String words) {
    public MemoryFilter {
        kinds = Set.copyOf(kinds);
        statuses = Set.copyOf(statuses);
    }

    /// The active memories of a subject.
    public static MemoryFilter active(Subject subject) {
        return new MemoryFilter(subject, Set.of(), Set.of(MemoryStatus.ACTIVE), null);
    }
}
