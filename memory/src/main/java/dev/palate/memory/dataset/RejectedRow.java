package dev.palate.memory.dataset;

import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import org.jspecify.annotations.Nullable;

/// A row that is left out.
///
/// @param whose [#NOBODYS], `user:` with the id of a user, or [#UNKNOWN] when the row could not say; the report keeps
///     it, so that the erasure of a user finds what is the user's
/// @param reason what was seen and what is allowed, one line
public record RejectedRow(DatasetRow.Place place, String whose, String reason) {
    /// It is of an item, or its reason repeats nothing of it.
    public static final String NOBODYS = "nobody";
    /// Anybody's: goes with the first user who is erased.
    public static final String UNKNOWN = "unknown";

    private static final int MAX_REASON = 300;

    public RejectedRow {
        String line = reason.replaceAll("\\s+", " ").strip();
        reason = line.length() > MAX_REASON ? line.substring(0, MAX_REASON) + "..." : line;
    }

    /// One of which is not known whose it is.
    public RejectedRow(DatasetRow.Place place, String reason) {
        this(place, UNKNOWN, reason);
    }

    /// What stands for a user in the report.
    public static String of(UserId user) {
        return "user:" + user;
    }

    /// As [#of(UserId)], for an id as it was read.
    static String of(@Nullable String id) {
        try {
            return id == null ? UNKNOWN : of(new UserId(id));
        } catch (IllegalArgumentException e) {
            return UNKNOWN;
        }
    }

    static String of(DatasetRow row) {
        return switch (row) {
            case DatasetRow.ItemRow _ -> NOBODYS;
            case DatasetRow.MemoryRow memory ->
                switch (memory.memory().subject()) {
                    case Subject.OfUser user -> of(user.user());
                    case Subject.OfItem _ -> NOBODYS;
                };
            case DatasetRow.TagRow tag -> of(tag.user());
            case DatasetRow.UserRow user -> of(user.user().id());
            case DatasetRow.InteractionRow interaction ->
                of(interaction.interaction().user());
        };
    }
}
