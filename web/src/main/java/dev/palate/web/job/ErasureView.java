package dev.palate.web.job;

import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.ErasureState;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/// How far an erasure is; with the receipt once every place was asked again.
///
/// @param subject `user`, `memory`, or `memories` for all of a subject, `conversation`
/// @param userId whom the caller named, or who asks; the erasure itself no longer knows
/// @param memoryId the memory the caller named
/// @param conversationId the conversation the caller named
/// @param begun when the database forgot
/// @param at time of the receipt
/// @param complete true when nothing was found when asked again
public record ErasureView(
        String id,
        String jobId,
        String status,
        String subject,
        @Nullable String userId,
        @Nullable String memoryId,
        @Nullable String conversationId,
        List<String> steps,
        Instant begun,
        @Nullable Instant at,
        @Nullable Boolean complete,
        @Nullable String summary,
        @Nullable List<ErasureReceipt.Place> places,
        @Nullable List<String> notes) {
    /// As it is.
    ///
    /// @param userId whom the caller named, where the caller did
    /// @param memoryId the memory the caller named, where the caller did
    public static ErasureView of(ErasureState state, @Nullable String userId, @Nullable String memoryId) {
        return of(state, userId, memoryId, null);
    }

    /// As it is, for whoever named the conversation.
    public static ErasureView ofConversation(ErasureState state, String userId, String conversationId) {
        return of(state, userId, null, conversationId);
    }

    private static ErasureView of(
            ErasureState state, @Nullable String userId, @Nullable String memoryId, @Nullable String conversationId) {
        String job = state.job().value();
        ErasureReceipt receipt = state.receipt();
        return new ErasureView(
                job,
                job,
                state.ended() ? "ended" : "running",
                state.subjectType(),
                userId,
                memoryId,
                conversationId,
                state.steps(),
                state.begun(),
                receipt == null ? null : receipt.at(),
                receipt == null ? null : receipt.complete(),
                receipt == null ? null : receipt.summary(),
                receipt == null ? null : receipt.places(),
                receipt == null ? null : receipt.notes());
    }

    /// 200 when it has ended, else 202 with where to look again.
    public ResponseEntity<ErasureView> answer() {
        return status.equals("ended")
                ? ResponseEntity.ok(this)
                : ResponseEntity.accepted()
                        .location(URI.create("/v1/erasures/" + id))
                        .body(this);
    }
}
