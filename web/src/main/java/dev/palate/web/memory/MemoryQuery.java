package dev.palate.web.memory;

import dev.palate.memory.Require;
import dev.palate.memory.access.Role;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.tier.RecalledMemory;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A search as sent; its scope stands inside the filters.
///
/// @param query words, 1 to 1,000 characters
/// @param topK how many, 1 to 100, 20 when absent
/// @param threshold the least score
/// @param showExpired true to search what is no longer in force, too
record MemoryQuery(
        @Nullable String query,
        @Nullable Filters filters,
        @Nullable Integer topK,
        @Nullable Double threshold,
        @Nullable Boolean showExpired) {
    private static final int DEFAULT_TOP_K = 20;

    /// Whose memories, and which.
    record Filters(
            @Nullable String userId,
            @Nullable String itemId,
            @Nullable OneOf kind,
            @Nullable OneOf status) {
        static final Filters NONE = new Filters(null, null, null, null);
    }

    int size() {
        return Input.at("#/top_k", () -> Require.range("top_k", Input.or(topK, DEFAULT_TOP_K), 1, 100));
    }

    String words() {
        return Input.at("#/query", () -> Require.text("query", Input.required("#/query", query), 1, 1_000));
    }

    Subject subject(Caller caller, Access access) {
        Filters wanted = Input.or(filters, Filters.NONE);
        return subject(caller, access, "#/filters", wanted.userId, wanted.itemId);
    }

    MemoryFilter filter(Subject subject) {
        Filters wanted = Input.or(filters, Filters.NONE);
        return new MemoryFilter(
                subject,
                Input.at("#/filters/kind", () -> OneOf.parsed(wanted.kind, MemoryKind::ofKey)),
                wanted.status == null && !Input.or(showExpired, false)
                        ? Set.of(MemoryStatus.ACTIVE)
                        : Input.at("#/filters/status", () -> OneOf.parsed(wanted.status, MemoryStatus::ofKey)),
                null);
    }

    boolean nearEnough(MemorySearch.Hit hit) {
        RecalledMemory recalled = hit.recalled();
        return recalled == null || recalled.score() >= Input.or(threshold, 0.0);
    }

    /// The subject a request names: an item for admins and apps, else a user within reach.
    static Subject subject(
            Caller caller, Access access, String pointer, @Nullable String userId, @Nullable String itemId) {
        if (itemId == null) {
            return new Subject.OfUser(access.known(caller, pointer + "/user_id", userId));
        }
        if (userId != null) {
            throw ProblemException.invalid(pointer, "name a user_id or an item_id, not both");
        }
        if (caller.role() == Role.USER) {
            throw new ProblemException(
                    ProblemType.FORBIDDEN_SCOPE, "this credential reaches only its own user's memories");
        }
        return new Subject.OfItem(Input.at(pointer + "/item_id", () -> new ItemId(itemId)));
    }
}
