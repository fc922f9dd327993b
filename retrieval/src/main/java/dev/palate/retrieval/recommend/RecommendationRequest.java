package dev.palate.retrieval.recommend;

import dev.palate.memory.Require;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.Variety;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What to recommend, to whom.
///
/// The user's effective memories and history are read by the recommender itself: a constraint memory is a hard
/// constraint beside those given here.
///
/// @param user absent for an anonymous request
/// @param size how many items, 1 to 100
/// @param includeHad true to allow items the user already had
/// @param variety how the list may depart from the plain order of scores
/// @param deadline how long the sources may take, 1 ms to 30 s
public record RecommendationRequest(
        @Nullable UserId user,
        int size,
        Taste taste,
        Constraints constraints,
        boolean includeHad,
        Variety variety,
        Duration deadline) {
    public RecommendationRequest {
        Require.range("size", size, 1, 100);
        Require.range("deadline in ms", deadline.toMillis(), 1, 30_000);
    }

    /// A list for a user with nothing further said, within half a second.
    public static RecommendationRequest of(@Nullable UserId user, int size) {
        return new RecommendationRequest(
                user, size, Taste.NONE, Constraints.NONE, false, Variety.NONE, Duration.ofMillis(500));
    }
}
