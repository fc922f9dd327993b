package dev.palate.memory.erase;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What retention has done since this process began.
///
/// @param running true while a pass is under way
/// @param lastPass when the last whole pass began, absent before the first
/// @param failure what kept a kind from being looked through in the last pass, absent when nothing did
public record RetentionStatus(
        boolean running,
        @Nullable Instant lastPass,
        List<OfKind> kinds,
        @Nullable String failure) {
    /// One kind.
    ///
    /// @param maxAgeSeconds 0 for ever
    /// @param removed since this process began
    public record OfKind(String kind, long maxAgeSeconds, long removed) {}

    public RetentionStatus {
        kinds = List.copyOf(kinds);
    }
}
