package dev.palate.memory.erase;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How erasures go.
///
/// @param open begun and not ended, also by an earlier process
/// @param oldest when the oldest of them began, absent when there is none
/// @param ended by this process
/// @param seconds from the beginning to the end of those that ended, in all
/// @param p50Seconds half of them took at most, to within a fifth
/// @param p99Seconds 99 of 100 of them took at most, to within a fifth
public record ErasureCounts(
        long open, @Nullable Instant oldest, long ended, double seconds, double p50Seconds, double p99Seconds) {}
