package dev.palate.memory.slate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A recommended list as it was shown.
///
/// @param modelVersion the version of the collaborative model, empty when none was used
/// @param level the model level, T0 to T3
public record SlateRecord(
        SlateId id,
        @Nullable UserId user,
        @Nullable ConversationId conversation,
        Instant at,
        String modelVersion,
        String level,
        List<Entry> entries,
        List<String> degraded) {
    /// One item of the list.
    ///
    /// @param rank from 1
    /// @param parts signal name to its signed share; they add up to the score, as kept but for
    ///     rounding to seven decimals
    /// @param reason the sentence shown, may be empty
    /// @param memories those that moved it
    /// @param explored true when it was drawn to learn how it is received
    /// @param propensity how likely it was to stand at this rank, given those before it, in (0, 1]; 1 without
    ///     exploration
    public record Entry(
            ItemId item,
            int rank,
            double score,
            Map<String, Double> parts,
            String reason,
            List<MemoryId> memories,
            boolean explored,
            double propensity) {
        /// Without exploration.
        public Entry(
                ItemId item,
                int rank,
                double score,
                Map<String, Double> parts,
                String reason,
                List<MemoryId> memories) {
            this(item, rank, score, parts, reason, memories, false, 1);
        }

        public Entry {
            parts = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(parts));
            memories = List.copyOf(memories);
        }
    }

    public SlateRecord {
        entries = List.copyOf(entries);
        degraded = List.copyOf(degraded);
    }
}
