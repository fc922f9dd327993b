package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.grounding.Rules;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Recommender;
import dev.palate.retrieval.recommend.Slate;
import dev.palate.retrieval.recommend.Taste;
import dev.palate.retrieval.recommend.Workings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/// Turns a wish into requests and their answers into picks. Made for one turn; not thread-safe.
final class Retrieval {
    private static final int WIDER = 4;
    private static final int MOST = 100;
    private static final double THEME_CATEGORY = 0.5;
    private static final double MOOD = 0.5;
    // Of what is liked, beside what is asked for now.
    private static final double FOND = 0.5;
    // The recommender answers a little after its deadline at worst; this is how long it is waited for.
    private static final int PATIENCE = 4;

    private final Recommender recommender;
    private final CatalogSnapshot catalog;
    private final Duration deadline;
    private final boolean told;
    private final List<String> degraded = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private String modelVersion = "";
    private boolean answered;

    /// A request to the recommender.
    ///
    /// @param workings absent when it was late, failed, or cannot tell
    /// @param items of its answer
    /// @param from of [System#nanoTime]
    record Asked(
            RecommendationRequest request, Optional<Workings> workings, List<ItemId> items, long from, long nanos) {}

    private record Told(Slate slate, Optional<Workings> workings) {}

    /// @param told true when the recommender is to tell how lists came about
    Retrieval(Recommender recommender, CatalogSnapshot catalog, Duration deadline, boolean told) {
        this.recommender = recommender;
        this.catalog = catalog;
        this.deadline = deadline;
        this.told = told;
    }

    /// What was asked so far, in order; empty when nothing was to be told.
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /// What every item must obey: the wish, and the rules among the memories.
    ///
    /// @param notAgain items not to be shown again
    Rules rules(Wish wish, List<Memory> memories, Set<ItemId> notAgain) {
        Set<String> excluded = new LinkedHashSet<>(wish.excluded());
        Set<String> themes = new LinkedHashSet<>(wish.excludedThemes());
        Set<String> tags = new LinkedHashSet<>(wish.excludedTags());
        Set<ItemId> items = new HashSet<>(notAgain);
        excluded.addAll(Aversion.RULE.of(memories, "genre"));
        themes.addAll(Aversion.RULE.of(memories, "theme"));
        tags.addAll(Aversion.RULE.of(memories, "tag"));
        for (Memory memory : memories) {
            Slot slot = memory.slot();
            if (slot != null && (slot.facet().equals("title") || slot.facet().equals("seen"))) {
                items.add(new ItemId(slot.value()));
            }
        }
        for (String theme : themes) {
            items.addAll(catalog.themeItems(theme));
            catalog.lexicon().theme(theme).ifPresent(known -> tags.addAll(known.tags()));
        }
        wish.excludedPeople().forEach(person -> items.addAll(catalog.itemsOf(person)));
        items.addAll(wish.liked());
        items.addAll(wish.disliked());
        items.addAll(wish.references());
        items.addAll(wish.seen());
        var constraints = new Constraints(
                wish.required(), excluded, Set.of(), tags, wish.years(), wish.excludedYears(), items, wish.numbers());
        return new Rules(constraints, wish.anyOf());
    }

    /// @param fondNow categories that the message said to like: half of the list is theirs
    Picks pick(UserId user, Wish wish, Rules rules, List<String> fondNow, int size) {
        Taste taste = taste(wish);
        boolean chosen = !rules.anyOf().isEmpty();
        boolean wide = chosen || !wish.moods().isEmpty();
        List<RankedItem> items = ask(user, taste, rules.constraints(), wide ? size * WIDER : size);
        if (chosen) {
            items = items.stream().filter(item -> fits(item, rules)).toList();
        }
        items = suitingFirst(items, wish);
        boolean relaxed = false;
        if (items.isEmpty() && rules.constraints().requiredCategories().size() > 1) {
            items = anyOfRequired(user, taste, rules.constraints(), size);
            relaxed = !items.isEmpty();
        }
        boolean mixed = wish.required().isEmpty() && wish.anyOf().isEmpty();
        for (String category : mixed ? fondNow.stream().limit(2).toList() : List.<String>of()) {
            items = alternate(ask(user, taste, requiring(rules.constraints(), Set.of(category)), size), items, size);
        }
        return new Picks(items, degraded, modelVersion, relaxed, !answered);
    }

    private static boolean fits(RankedItem ranked, Rules rules) {
        return ranked.item().categories().stream()
                .anyMatch(category -> rules.anyOf().contains(category.toLowerCase(Locale.ROOT)));
    }

    // What suits the moods comes before what does not, each in its order: beside a title that is liked and remembered
    // a little more of some categories would hardly show.
    private List<RankedItem> suitingFirst(List<RankedItem> items, Wish wish) {
        List<DomainPack.Facet> moods = wish.moods().stream()
                .flatMap(id -> catalog.lexicon().mood(id).stream())
                .toList();
        Set<String> asked = new HashSet<>(wish.required());
        asked.addAll(wish.anyOf());
        asked.addAll(wish.leaning());
        List<RankedItem> suiting = new ArrayList<>();
        List<RankedItem> others = new ArrayList<>();
        for (RankedItem item : items) {
            boolean suits = moods.stream().allMatch(mood -> suits(item.item(), mood, asked));
            (suits ? suiting : others).add(item);
        }
        suiting.addAll(others);
        return suiting;
    }

    /// True for an item that has no fewer of the categories that the mood wants more of than of those that it wants
    /// less of; what was asked for by name counts for neither.
    private static boolean suits(Item item, DomainPack.Facet mood, Set<String> asked) {
        List<String> other = item.categories().stream()
                .filter(category -> asked.stream().noneMatch(category::equalsIgnoreCase))
                .toList();
        return count(other, mood.more()) >= count(other, mood.less());
    }

    private static long count(List<String> categories, List<String> among) {
        return categories.stream()
                .filter(category -> among.stream().anyMatch(category::equalsIgnoreCase))
                .count();
    }

    private List<RankedItem> anyOfRequired(UserId user, Taste taste, Constraints constraints, int size) {
        List<RankedItem> items = List.of();
        for (String category : constraints.requiredCategories()) {
            items = alternate(items, ask(user, taste, requiring(constraints, Set.of(category)), size), size);
        }
        return items;
    }

    private static Constraints requiring(Constraints constraints, Set<String> categories) {
        return new Constraints(
                categories,
                constraints.excludedCategories(),
                constraints.requiredTags(),
                constraints.excludedTags(),
                constraints.years(),
                constraints.excludedYears(),
                constraints.excludedItems(),
                constraints.numbers());
    }

    private static List<RankedItem> alternate(List<RankedItem> first, List<RankedItem> second, int size) {
        Map<ItemId, RankedItem> mixed = new java.util.LinkedHashMap<>();
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            if (i < first.size()) {
                mixed.putIfAbsent(first.get(i).item().id(), first.get(i));
            }
            if (i < second.size()) {
                mixed.putIfAbsent(second.get(i).item().id(), second.get(i));
            }
        }
        return mixed.values().stream().limit(size).toList();
    }

    private List<RankedItem> ask(UserId user, Taste taste, Constraints constraints, int size) {
        var request = new RecommendationRequest(
                user, Math.min(size, MOST), taste, constraints, false, Variety.NONE, deadline);
        long from = System.nanoTime();
        Optional<Told> answer = Timed.within(deadline.multipliedBy(PATIENCE), "recommend", () -> answer(request))
                .result();
        if (told) {
            asked.add(new Asked(
                    request,
                    answer.flatMap(Told::workings),
                    answer.stream()
                            .flatMap(one -> one.slate.items().stream())
                            .map(item -> item.item().id())
                            .toList(),
                    from,
                    System.nanoTime() - from));
        }
        Optional<Slate> slate = answer.map(Told::slate);
        if (slate.isEmpty()) {
            degraded.add("recommender");
            return List.of();
        }
        answered = true;
        slate.get().degraded().stream().filter(name -> !degraded.contains(name)).forEach(degraded::add);
        modelVersion = slate.get().modelVersion();
        return slate.get().items();
    }

    private Told answer(RecommendationRequest request) {
        if (!told) {
            return new Told(recommender.recommend(request), Optional.empty());
        }
        AtomicReference<Optional<Workings>> workings = new AtomicReference<>(Optional.empty());
        Slate slate = recommender.recommend(request, one -> workings.set(Optional.of(one)));
        return new Told(slate, workings.get());
    }

    private Taste taste(Wish wish) {
        Map<String, Double> categories = new HashMap<>();
        Map<String, Double> tags = new HashMap<>();
        for (String id : wish.moods()) {
            catalog.lexicon().mood(id).ifPresent(mood -> weigh(mood, categories));
        }
        for (String id : wish.themes()) {
            catalog.lexicon().theme(id).ifPresent(theme -> weigh(theme, categories, tags));
        }
        wish.tags().forEach(tag -> tags.put(tag, 1.0));
        // All have them; those that are hardly anything else come first.
        wish.required().forEach(category -> categories.put(category.toLowerCase(Locale.ROOT), 1.0));
        boolean other = !wish.required().isEmpty()
                || !wish.anyOf().isEmpty()
                || !wish.leaning().isEmpty();
        wish.fond().forEach(category -> categories.put(category.toLowerCase(Locale.ROOT), other ? FOND : 1.0));
        wish.leaning().forEach(category -> categories.put(category.toLowerCase(Locale.ROOT), 1.0));
        wish.anyOf().forEach(category -> categories.put(category.toLowerCase(Locale.ROOT), 1.0));
        Set<ItemId> liked = new LinkedHashSet<>(wish.references());
        liked.addAll(wish.liked());
        return new Taste(
                wish.words(),
                newest(liked),
                newest(wish.disliked()),
                categories,
                tags,
                wish.people().stream()
                        .map(person ->
                                new Taste.Named("with " + person.name() + ", as you asked", catalog.itemsOf(person)))
                        .toList(),
                wish.elsewhere().stream()
                        .filter(title -> !title.categories().isEmpty())
                        .map(title -> title.categories().stream()
                                .map(category -> category.toLowerCase(Locale.ROOT))
                                .collect(Collectors.toUnmodifiableSet()))
                        .toList());
    }

    private static void weigh(DomainPack.Theme theme, Map<String, Double> categories, Map<String, Double> tags) {
        theme.categories().forEach(category -> categories.put(category.toLowerCase(Locale.ROOT), THEME_CATEGORY));
        theme.tags().forEach(tag -> tags.put(tag.toLowerCase(Locale.ROOT), 1.0));
    }

    // What is named besides counts as it is named.
    private static void weigh(DomainPack.Facet mood, Map<String, Double> categories) {
        mood.more().forEach(category -> categories.put(category.toLowerCase(Locale.ROOT), MOOD));
        mood.less().forEach(category -> categories.put(category.toLowerCase(Locale.ROOT), -MOOD));
    }

    private static List<ItemId> newest(Set<ItemId> items) {
        List<ItemId> list = List.copyOf(items);
        return list.subList(Math.max(0, list.size() - 64), list.size());
    }
}
