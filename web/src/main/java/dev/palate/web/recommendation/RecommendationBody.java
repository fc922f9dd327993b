package dev.palate.web.recommendation;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Taste;
import dev.palate.retrieval.recommend.YearRange;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request for a list, as sent.
///
/// @param userId for whom; the credential's own user when absent
/// @param anonymous true for a list for nobody, whatever the credential
/// @param n how many, 1 to 100, 10 when absent
/// @param diversity share given to variety, 0 to 1
/// @param useLlm `auto`, `never`; lists are made without a language model in either case
/// @param explain false to leave out reasons, memories and score parts
/// @param record true to keep the list for later reading
/// @param deadlineMs how long the sources may take, 1 to 30,000, 500 when absent
record RecommendationBody(
        @Nullable String userId,
        @Nullable Boolean anonymous,
        @Nullable Integer n,
        @Nullable Context context,
        @Nullable Filters filters,
        @Nullable Double diversity,
        @Nullable String useLlm,
        @Nullable Boolean explain,
        @Nullable Boolean record,
        @Nullable Integer deadlineMs) {
    private static final int DEFAULT_SIZE = 10;
    private static final int DEFAULT_DEADLINE_MS = 1_000;

    /// What is wished for now.
    ///
    /// @param query in words, at most 1,000 characters
    /// @param seedItemIds items to be like, at most 64
    /// @param avoidItemIds items to be unlike, at most 64
    record Context(
            @Nullable String query,
            @Nullable List<String> seedItemIds,
            @Nullable List<String> avoidItemIds) {
        static final Context NONE = new Context(null, null, null);
    }

    /// What every item must obey.
    ///
    /// @param includeHad true to allow what the user already had
    record Filters(
            @Nullable Set<String> categories,
            @Nullable Set<String> excludeCategories,
            @Nullable Set<String> tags,
            @Nullable Set<String> excludeTags,
            @Nullable Years year,
            @Nullable Set<String> excludeItemIds,
            @Nullable Boolean includeHad) {
        static final Filters NONE = new Filters(null, null, null, null, null, null, null);
    }

    /// Years, both ends included.
    record Years(@Nullable Integer gte, @Nullable Integer lte) {
        YearRange range() {
            return new YearRange(Input.or(gte, Integer.MIN_VALUE), Input.or(lte, Integer.MAX_VALUE));
        }
    }

    boolean forNobody() {
        return Input.or(anonymous, false);
    }

    boolean recorded() {
        return Input.or(record, false);
    }

    boolean explained() {
        return Input.or(explain, true);
    }

    RecommendationRequest request(@Nullable UserId user) {
        if (useLlm != null && !useLlm.equals("auto") && !useLlm.equals("never")) {
            throw ProblemException.invalid("#/use_llm", "use_llm must be auto or never, was " + useLlm);
        }
        Filters wanted = Input.or(filters, Filters.NONE);
        Taste taste = taste(Input.or(context, Context.NONE));
        Constraints constraints = constraints(wanted);
        return Input.at(
                "#",
                () -> new RecommendationRequest(
                        user,
                        Input.or(n, DEFAULT_SIZE),
                        taste,
                        constraints,
                        Input.or(wanted.includeHad, false),
                        Input.or(diversity, 0.0),
                        Duration.ofMillis(Input.or(deadlineMs, DEFAULT_DEADLINE_MS))));
    }

    private static Taste taste(Context context) {
        return Input.at(
                "#/context",
                () -> new Taste(
                        Input.or(context.query, ""),
                        items(context.seedItemIds),
                        items(context.avoidItemIds),
                        Map.of(),
                        Map.of()));
    }

    private static Constraints constraints(Filters filters) {
        return Input.at(
                "#/filters",
                () -> new Constraints(
                        Input.or(filters.categories, Set.of()),
                        Input.or(filters.excludeCategories, Set.of()),
                        Input.or(filters.tags, Set.of()),
                        Input.or(filters.excludeTags, Set.of()),
                        filters.year == null ? YearRange.ANY : filters.year.range(),
                        Set.of(),
                        Set.copyOf(items(filters.excludeItemIds))));
    }

    private static List<ItemId> items(java.util.@Nullable Collection<String> ids) {
        return ids == null ? List.of() : ids.stream().map(ItemId::new).toList();
    }
}
