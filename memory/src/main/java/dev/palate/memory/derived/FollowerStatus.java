package dev.palate.memory.derived;

import org.jspecify.annotations.Nullable;

/// How far a consumer of the outbox is.
///
/// @param lag notes that wait for it
/// @param rebuilding true while it does everything anew
/// @param progress of that, in [0, 1]; 1 when none is under way
/// @param failure what keeps it from going on, absent when nothing does
public record FollowerStatus(
        String name,
        long lag,
        boolean rebuilding,
        double progress,
        @Nullable String failure) {}
