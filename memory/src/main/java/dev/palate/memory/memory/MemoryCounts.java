package dev.palate.memory.memory;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How many memories there are, by what they are, and what is kept beside them.
///
/// @param groups in the order of their keys
/// @param revisions of all memories
/// @param rejections kept
/// @param evidence entries of the ledger
/// @param codebooks of the cold tier
/// @param codeBytes of cold memories, as stored
/// @param oldest when the memory was made that was made first, absent without memories
/// @param newest when a memory was changed last, absent without memories
public record MemoryCounts(
        List<Group> groups,
        long revisions,
        long rejections,
        long evidence,
        long codebooks,
        long codeBytes,
        @Nullable Instant oldest,
        @Nullable Instant newest) {
    /// Memories alike.
    ///
    /// @param subject `user` or `item`
    public record Group(String kind, String trust, String status, String subject, boolean cold, long count) {}

    public MemoryCounts {
        groups = List.copyOf(groups);
    }

    /// How many there are in all.
    public long memories() {
        return groups.stream().mapToLong(Group::count).sum();
    }
}
