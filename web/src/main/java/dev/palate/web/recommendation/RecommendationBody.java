package dev.palate.web.recommendation;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.NumberRange;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Taste;
import dev.palate.retrieval.recommend.YearRange;
import dev.palate.web.memory.MemoryOverride;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request for a list, as sent.
///
/// @param userId for whom; the credential's own user when absent
/// @param anonymous true for a list for nobody, whatever the credential
/// @param n how many, 1 to 100, 10 when absent
/// @param diversity share given to unlikeness among the items, 0 to 1
/// @param novelty how much little known items are preferred, 0 to 1
/// @param quotas how many of a category the list may have; it gets shorter rather than break one
/// @param exploration the chance of each place to go to an item of little exposure, 0 to 0.5; needs `record: true`
/// @param seed of what exploration draws; one is made when absent
/// @param useLlm `auto`, `never`; lists are made without a language model in either case
/// @param explain false to leave out reasons, memories and score parts
/// @param record true to keep the list for later reading
/// @param deadlineMs how long the sources may take, 1 to 30,000, 500 when absent
/// @param overrides memories as they might be, for previews only
record RecommendationBody(
        @Nullable String userId,
        @Nullable Boolean anonymous,
        @Nullable Integer n,
        @Nullable Context context,
        @Nullable Filters filters,
        @Nullable Double diversity,
        @Nullable Double novelty,
        @Nullable List<Quota> quotas,
        @Nullable Double exploration,
        @Nullable Long seed,
        @Nullable String useLlm,
        @Nullable Boolean explain,
        @Nullable Boolean record,
        @Nullable Integer deadlineMs,
        @Nullable List<MemoryOverride> overrides) {
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
    /// @param numbers attribute → span that it must lie in as a number, at most 8
    record Filters(
            @Nullable Set<String> categories,
            @Nullable Set<String> excludeCategories,
            @Nullable Set<String> tags,
            @Nullable Set<String> excludeTags,
            @Nullable Years year,
            @Nullable Set<String> excludeItemIds,
            @Nullable Boolean includeHad,
            @Nullable Map<String, Span> numbers) {
        static final Filters NONE = new Filters(null, null, null, null, null, null, null, null);
    }

    /// Years, both ends included.
    record Years(@Nullable Integer gte, @Nullable Integer lte) {
        YearRange range() {
            return new YearRange(Input.or(gte, Integer.MIN_VALUE), Input.or(lte, Integer.MAX_VALUE));
        }
    }

    /// Numbers, both ends included.
    record Span(@Nullable Double gte, @Nullable Double lte) {
        NumberRange range(String attribute) {
            return new NumberRange(
                    attribute, Input.or(gte, Double.NEGATIVE_INFINITY), Input.or(lte, Double.POSITIVE_INFINITY));
        }
    }

    /// At most so many items of a category.
    ///
    /// @param category absent for each category by itself that has no quota of its own
    /// @param atMost 1 to 100
    record Quota(@Nullable String category, @Nullable Integer atMost) {
        Variety.Quota quota(String pointer) {
            int most = Input.required(pointer + "/at_most", atMost);
            return Input.at(pointer, () -> new Variety.Quota(category, most));
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

    /// @param made the seed when the body has none
    RecommendationRequest request(@Nullable UserId user, long made) {
        if (useLlm != null && !useLlm.equals("auto") && !useLlm.equals("never")) {
            throw ProblemException.invalid("#/use_llm", "use_llm must be auto or never, was " + useLlm);
        }
        Filters wanted = Input.or(filters, Filters.NONE);
        Taste taste = taste(Input.or(context, Context.NONE));
        Constraints constraints = constraints(wanted);
        Variety variety = variety(made);
        return Input.at(
                "#",
                () -> new RecommendationRequest(
                        user,
                        Input.or(n, DEFAULT_SIZE),
                        taste,
                        constraints,
                        Input.or(wanted.includeHad, false),
                        variety,
                        Duration.ofMillis(Input.or(deadlineMs, DEFAULT_DEADLINE_MS))));
    }

    private Variety variety(long made) {
        List<Variety.Quota> asked = new ArrayList<>();
        for (Quota quota : Input.or(quotas, List.<Quota>of())) {
            String pointer = "#/quotas/" + asked.size();
            asked.add(Input.required(pointer, quota).quota(pointer));
        }
        Variety variety = Input.at(
                "#",
                () -> new Variety(
                        Input.or(diversity, 0.0),
                        Input.or(novelty, 0.0),
                        asked,
                        Input.or(exploration, 0.0),
                        Input.or(seed, made)));
        if (variety.exploration() > 0 && !recorded()) {
            throw ProblemException.invalid(
                    "#/exploration",
                    "exploration is to be learnt from, so the list must be kept: with exploration above 0 record must"
                            + " be true, was " + record);
        }
        return variety;
    }

    private static Taste taste(Context context) {
        return Input.at(
                "#/context",
                () -> new Taste(
                        Input.or(context.query, ""),
                        items("#/context/seed_item_ids", context.seedItemIds),
                        items("#/context/avoid_item_ids", context.avoidItemIds),
                        Map.of(),
                        Map.of()));
    }

    private static Constraints constraints(Filters filters) {
        return Input.at(
                "#/filters",
                () -> new Constraints(
                        words("#/filters/categories", filters.categories),
                        words("#/filters/exclude_categories", filters.excludeCategories),
                        words("#/filters/tags", filters.tags),
                        words("#/filters/exclude_tags", filters.excludeTags),
                        filters.year == null ? YearRange.ANY : filters.year.range(),
                        Set.of(),
                        Set.copyOf(items("#/filters/exclude_item_ids", filters.excludeItemIds)),
                        numbers(filters)));
    }

    private static Set<NumberRange> numbers(Filters filters) {
        Set<NumberRange> ranges = new HashSet<>();
        Input.or(filters.numbers, Map.<String, Span>of()).forEach((attribute, span) -> {
            String pointer = "#/filters/numbers/" + attribute;
            Span given = Input.required(pointer, span);
            ranges.add(Input.at(pointer, () -> given.range(attribute)));
        });
        return ranges;
    }

    private static List<ItemId> items(String pointer, @Nullable Collection<String> ids) {
        return withoutNull(pointer, Input.or(ids, List.<String>of())).stream()
                .map(ItemId::new)
                .toList();
    }

    private static Set<String> words(String pointer, @Nullable Set<String> words) {
        return withoutNull(pointer, Input.or(words, Set.<String>of()));
    }

    /// The list itself is pointed at, since a set does not tell where its null stood.
    private static <C extends Collection<String>> C withoutNull(String pointer, C values) {
        if (values.stream().anyMatch(Objects::isNull)) {
            throw ProblemException.invalid(
                    pointer, pointer.substring(pointer.lastIndexOf('/') + 1) + " must not hold null");
        }
        return values;
    }
}
