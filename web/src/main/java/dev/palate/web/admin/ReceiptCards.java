package dev.palate.web.admin;

import dev.palate.memory.Page;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.job.JobId;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Receipts of erasures as pages draw them.
final class ReceiptCards {
    private final Erasure erasure;
    private final Dates dates;

    ReceiptCards(Erasure erasure, Dates dates) {
        this.erasure = erasure;
        this.dates = dates;
    }

    /// A receipt as drawn.
    ///
    /// @param state in words
    /// @param clean true when it has ended and nothing was found
    /// @param summary absent until every place was asked again
    /// @param places those something went from or was found in
    /// @param asked how many others were asked as well
    public record ReceiptCard(
            String id,
            String what,
            String when,
            String at,
            String state,
            boolean ended,
            boolean clean,
            @Nullable String summary,
            List<PlaceLine> places,
            int asked,
            List<String> notes) {}

    /// A place as drawn.
    public record PlaceLine(String name, long removed, long remaining) {}

    /// A page of all, newest first.
    Page<ReceiptCard> page(@Nullable String cursor, int limit) {
        Page<ErasureState> page = erasure.page(null, cursor, limit);
        return new Page<>(page.items().stream().map(this::card).toList(), page.nextCursor());
    }

    /// The receipt of an erasure of something that was the user's.
    Optional<ReceiptCard> of(JobId job, UserId owner) {
        return erasure.state(job, owner).map(this::card);
    }

    ReceiptCard card(ErasureState state) {
        ErasureReceipt receipt = state.receipt();
        boolean clean = state.ended() && receipt != null && receipt.complete();
        List<PlaceLine> told = receipt == null
                ? List.of()
                : receipt.places().stream()
                        .filter(place -> place.removed() > 0 || place.remaining() > 0)
                        .map(place -> new PlaceLine(name(place.name()), place.removed(), place.remaining()))
                        .toList();
        return new ReceiptCard(
                state.job().value(),
                what(state.subjectType()),
                dates.minute(state.begun()),
                state.begun().toString(),
                state(state, receipt),
                state.ended(),
                clean,
                receipt == null ? null : receipt.summary(),
                told,
                receipt == null ? 0 : receipt.places().size() - told.size(),
                receipt == null ? List.of() : receipt.notes());
    }

    private static String what(String subjectType) {
        return switch (subjectType) {
            case "user" -> "A user, everywhere";
            case "memories" -> "All memories of one";
            case "conversation" -> "A conversation";
            default -> "A memory";
        };
    }

    private static String state(ErasureState state, @Nullable ErasureReceipt receipt) {
        if (!state.ended()) {
            return receipt == null ? "under way" : "almost done: the database’s log is still in use";
        }
        return receipt != null && receipt.complete() ? "gone everywhere" : "something was still found";
    }

    private static String name(String place) {
        return switch (place) {
            case "table memory" -> "Memories";
            case "table memory_revision" -> "Earlier states of memories";
            case "table outbox" -> "Notes for background work";
            case "table rejection" -> "What was not remembered";
            case "table cold_memory" -> "Cold memories";
            case "table tier_access" -> "Uses of memories";
            case "table consent" -> "Consents";
            case "table interaction" -> "Ratings and other interactions";
            case "table slate" -> "Lists shown";
            case "table message" -> "Messages";
            case "table conversation" -> "Conversations";
            case "table api_key" -> "API keys";
            case "table change_log" -> "Feed of changes";
            case "table users" -> "The user";
            case "quarantined proposals" -> "Memories held back";
            default -> Words.capitalised(place);
        };
    }
}
