package dev.palate.agent.turn;

import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.explanation.Account;
import dev.palate.agent.explanation.Explanation;
import dev.palate.agent.grounding.Grounding;
import dev.palate.agent.grounding.Rules;
import dev.palate.agent.llm.Usage;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.HardFilters;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.Recommender;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a turn lists, and why: retrieves, grounds, has a model score what may be shown where that is proved, and
/// explains; writes nothing. A turn and its replay both go through here, the replay without a model. Made for one turn;
/// not thread-safe.
final class ListMaking {
    private final Catalog catalog;
    private final InstantSource clock;
    private final CatalogSnapshot snapshot;
    private final Retrieval retrieval;

    /// Has a model score grounded items.
    interface Scoring {
        /// No model.
        Scoring NONE = new Scoring() {
            @Override
            public int depth() {
                return 0;
            }

            @Override
            public LlmRanker.Outcome rank(List<RankedItem> grounded) {
                return new LlmRanker.Outcome(grounded, Usage.NONE, 0, false);
            }
        };

        /// How many items it wants to see, 0 for none.
        int depth();

        /// The items in their new order.
        LlmRanker.Outcome rank(List<RankedItem> grounded);
    }

    /// A list before it is shown.
    ///
    /// @param depth how many items a model was to see, 0 for none
    /// @param usage of its calls
    /// @param calls made to it
    /// @param reasons one sentence an item
    /// @param template the words of a turn without a language model
    /// @param groundedNanos how long grounding and explaining took
    record Made(
            Picks picks,
            int depth,
            Usage usage,
            int calls,
            List<RankedItem> items,
            Account account,
            List<String> reasons,
            String template,
            long groundedNanos) {}

    /// @param recommender asked once or a few times, in a fixed order
    /// @param deadline of its sources
    /// @param told true when the recommender is to tell how lists came about
    ListMaking(
            Recommender recommender,
            Catalog catalog,
            InstantSource clock,
            CatalogSnapshot snapshot,
            Duration deadline,
            boolean told) {
        this.catalog = catalog;
        this.clock = clock;
        this.snapshot = snapshot;
        this.retrieval = new Retrieval(recommender, snapshot, deadline, told);
    }

    /// What the recommender was asked, and what it told.
    List<Retrieval.Asked> asked() {
        return retrieval.asked();
    }

    /// @param size how many items
    /// @param scoring by a model, or [Scoring#NONE]
    /// @param facets what the user seems to want; reasons may quote those that rest on something of the user's own
    Made make(
            UserId user,
            Understanding meaning,
            List<Memory> memories,
            State state,
            int size,
            Scoring scoring,
            Facets facets) {
        Wish wish = meaning.wish();
        Set<ItemId> notAgain = meaning.others() ? new HashSet<>(state.shown()) : Set.of();
        Rules rules = retrieval.rules(wish, memories, notAgain);
        int depth = scoring.depth();
        int wanted = Math.max(size, depth);
        Picks picked = retrieval.pick(user, wish, rules, meaning.fondNow(), wanted);
        long start = System.nanoTime();
        Rules shownRules = picked.relaxed() ? relaxed(rules) : rules;
        // Only what may be shown is shown to the model, which reorders it.
        LlmRanker.Outcome scored =
                scoring.rank(new Grounding(catalog, clock).ground(picked.items(), shownRules, wanted));
        List<RankedItem> items = scored.items().stream().limit(size).toList();
        Picks picks = scored.degraded() ? picked.without(LlmRanker.DEGRADED) : picked;
        Account account = account(meaning, picks, blocking(wish, memories));
        List<String> reasons = Explanation.reasons(items, account, facets.quotable());
        items = withQuoted(items, reasons, facets, memories);
        String template = Explanation.words(items, account);
        return new Made(
                picks,
                depth,
                scored.usage(),
                scored.calls(),
                items,
                account,
                reasons,
                template,
                System.nanoTime() - start);
    }

    /// With the memories behind what a reason quotes beside those that moved the item, so that the reason goes with
    /// them.
    static List<RankedItem> withQuoted(
            List<RankedItem> items, List<String> reasons, Facets facets, List<Memory> memories) {
        Map<String, String> habits = facets.quotable();
        List<RankedItem> all = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            RankedItem ranked = items.get(i);
            Set<MemoryId> named = new LinkedHashSet<>(ranked.memories());
            Explanation.quoted(ranked.item(), reasons.get(i), habits)
                    .ifPresent(theme -> facets.behind(theme, memories).forEach(memory -> named.add(memory.id())));
            all.add(
                    named.size() == ranked.memories().size()
                            ? ranked
                            : new RankedItem(
                                    ranked.item(),
                                    ranked.rank(),
                                    ranked.score(),
                                    ranked.parts(),
                                    ranked.reasons(),
                                    List.copyOf(named),
                                    ranked.explored(),
                                    ranked.propensity()));
        }
        return all;
    }

    // A relaxed list holds what has one of the required categories instead of all.
    private static Rules relaxed(Rules rules) {
        var constraints = rules.constraints();
        return new Rules(
                new Constraints(
                        Set.of(),
                        constraints.excludedCategories(),
                        constraints.requiredTags(),
                        constraints.excludedTags(),
                        constraints.years(),
                        constraints.excludedYears(),
                        constraints.excludedItems(),
                        constraints.numbers()),
                constraints.requiredCategories());
    }

    private Account account(Understanding meaning, Picks picks, List<String> blocking) {
        Instant now = clock.instant();
        Set<ItemId> liked = new LinkedHashSet<>(meaning.named());
        liked.addAll(List.copyOf(meaning.wish().references()).reversed());
        if (!meaning.begun()) {
            liked.addAll(List.copyOf(meaning.wish().liked()).reversed());
        }
        Map<ItemId, Item> rows = catalog.items(liked);
        return new Account(
                liked.stream()
                        .map(rows::get)
                        .filter(item -> item != null && item.visibleAt(now))
                        .toList(),
                liked.stream().noneMatch(meaning.wish().liked()::contains),
                meaning.sought(),
                meaning.phrases(),
                meaning.reading().unknown(),
                meaning.taken(),
                blocking,
                picks.relaxed(),
                picks.failed(),
                snapshot.lexicon().pack().speech());
    }

    // "A horror film" against "Does not want horror" or "Does not like horror": what binds holds, and the answer says
    // so.
    private static List<String> blocking(Wish wish, List<Memory> memories) {
        return memories.stream()
                .filter(HardFilters::binds)
                .filter(memory -> Aversion.DISLIKE
                        .of(memory, "genre")
                        .filter(ruled -> wish.required().stream().anyMatch(ruled::equalsIgnoreCase))
                        .isPresent())
                .map(Memory::text)
                .toList();
    }
}
