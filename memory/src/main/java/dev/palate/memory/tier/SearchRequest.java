package dev.palate.memory.tier;

import dev.palate.memory.Require;
import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Subject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A search in the memories of one subject, or of all.
///
/// @param subject absent for all
/// @param words as people type them, 1 to 1,000 characters
/// @param condition what a memory must be like
/// @param moment when it held and was known
/// @param settled true to find only what is in force: active, not muted, valid
/// @param threshold the least score
/// @param limit of one page, 1 to 100
/// @param cursor of the page before, absent for the first
/// @param deadline after this no more vectors are computed
public record SearchRequest(
        @Nullable Subject subject,
        String words,
        MemoryCondition condition,
        Moment moment,
        boolean settled,
        double threshold,
        int limit,
        @Nullable String cursor,
        Duration deadline) {
    public SearchRequest {
        Require.text("words", words, 1, 1_000);
        Require.range("threshold", threshold, 0, 2);
        Require.range("limit", limit, 1, 100);
    }
}
