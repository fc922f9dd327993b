package dev.palate.web.memory;

import dev.palate.memory.Require;
import dev.palate.memory.access.Role;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryField;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.tier.SearchRequest;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A search as sent; its scope stands inside the filters.
///
/// @param query words, 1 to 1,000 characters
/// @param filters `user_id` or `item_id`, neither for all subjects (admins and apps), and conditions on any field with
/// `and`, `or`, `not`, in which ids are conditions like others
/// @param topK how many on a page, 1 to 100, 20 when absent
/// @param threshold the least score
/// @param asOf only what held in the world then
/// @param knownAt as the store knew it then
/// @param showExpired true to search what is no longer in force, too
/// @param cursor of the page before
record MemoryQuery(
        @Nullable String query,
        @Nullable JsonNode filters,
        @Nullable Integer topK,
        @Nullable Double threshold,
        @Nullable Instant asOf,
        @Nullable Instant knownAt,
        @Nullable Boolean showExpired,
        @Nullable String cursor) {
    private static final int DEFAULT_TOP_K = 20;
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final String USER = "user_id";
    private static final String ITEM = "item_id";

    SearchRequest request(Caller caller, Access access) {
        String user = id(USER);
        String item = id(ITEM);
        @Nullable
        Subject subject = user == null && item == null && caller.role() != Role.USER && !caller.session()
                ? null
                : subject(caller, access, "#/filters", user, item);
        MemoryCondition condition =
                filters == null ? MemoryCondition.ANY : Conditions.read(filters, "#/filters", scope());
        int size = Input.at("#/top_k", () -> Require.range("top_k", Input.or(topK, DEFAULT_TOP_K), 1, 100));
        String words = Input.at("#/query", () -> Require.text("query", Input.required("#/query", query), 1, 1_000));
        double least = Input.at("#/threshold", () -> Require.range("threshold", Input.or(threshold, 0.0), 0, 2));
        var moment = new Moment(Input.time("#/as_of", asOf), Input.time("#/known_at", knownAt));
        // Who asks for a status or for another time does not ask for what is in force now.
        boolean settled = !Input.or(showExpired, false) && asOf == null && !condition.asks(MemoryField.STATUS);
        return new SearchRequest(subject, words, condition, moment, settled, least, size, cursor, DEADLINE);
    }

    /// What stands in the filters for the subject and not as a condition.
    private Set<String> scope() {
        return Stream.of(USER, ITEM)
                .filter(name -> filters != null && filters.path(name).isString())
                .collect(Collectors.toSet());
    }

    private @Nullable String id(String name) {
        if (filters == null || !filters.has(name)) {
            return null;
        }
        JsonNode node = filters.get(name);
        if (node.isObject()) {
            // A condition like any other, such as {"in": […]}.
            return null;
        }
        if (!node.isString()) {
            throw ProblemException.invalid("#/filters/" + name, name + " must be a text, was " + node);
        }
        return node.asString();
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
