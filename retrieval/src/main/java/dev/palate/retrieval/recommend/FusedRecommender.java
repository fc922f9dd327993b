package dev.palate.retrieval.recommend;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.AlignedModel;
import dev.palate.retrieval.candidate.BestRows;
import dev.palate.retrieval.candidate.CandidateSource;
import dev.palate.retrieval.candidate.CatalogSnapshot;
import dev.palate.retrieval.candidate.CentredVectors;
import dev.palate.retrieval.candidate.Evidence;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.Gathered;
import dev.palate.retrieval.candidate.HistoryRows;
import dev.palate.retrieval.candidate.ParallelSources;
import dev.palate.retrieval.candidate.Scored;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.UserHistory;
import dev.palate.retrieval.candidate.UserMemories;
import dev.palate.retrieval.candidate.Wish;
import dev.palate.retrieval.ranking.CandidatePool;
import dev.palate.retrieval.ranking.HardFilters;
import dev.palate.retrieval.ranking.ListSelection;
import dev.palate.retrieval.ranking.QuotaCount;
import dev.palate.retrieval.ranking.Reasons;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The recommender: sources side by side under the request's deadline, hard filters before and after, one fused
/// score.
///
/// A slate depends on nothing but the request and what is committed when it is made: equal inputs give equal slates,
/// ties go by item id. Every item is read once more from the catalog when the slate is made, and left out unless it
/// still passes all filters. Thread-safe. Costs O(items) a source.
public final class FusedRecommender implements Recommender, AutoCloseable {
    /// @param perSource candidates of each source, 1 to 500
    /// @param maxCandidates in all, 1 to 5,000
    /// @param sources how the sources run
    public record Options(int perSource, int maxCandidates, ParallelSources.Options sources) {
        /// 50 of each source, 400 in all.
        public static final Options DEFAULT =
                new Options(CandidatePool.PER_SOURCE, CandidatePool.LIMIT, ParallelSources.Options.DEFAULT);

        public Options {
            Require.range("perSource", perSource, 1, 500);
            Require.range("maxCandidates", maxCandidates, 1, 5_000);
        }
    }

    /// Where nothing is known of wish or user a list of the crowd's favourites is mixed, lest all be of one year and
    /// kind.
    private static final double DIVERSITY_OF_BLANK = 0.3;

    private static final int RESERVE = 50;
    private static final Duration LEARNING = Duration.ofSeconds(5);
    private static final System.Logger LOG = System.getLogger(FusedRecommender.class.getName());

    /// The reasons of what the request itself asks the list to be like.
    private static final Map<String, Scored> ASKED_FOR = Map.of(
            ListSelection.NOVELTY, saying("not widely known"),
            ListSelection.EXPLORATION, saying("little is known of it yet"));

    private final Catalog catalog;
    private final Freshness freshness;
    private final UserMemories memories;
    private final Sources sources;
    private final ParallelSources parallel;
    private final InstantSource clock;
    private final Options options;
    private final Set<String> without;

    /// With all sources.
    public FusedRecommender(
            Catalog catalog,
            Freshness freshness,
            UserMemories memories,
            Sources sources,
            InstantSource clock,
            Options options) {
        this(
                catalog,
                freshness,
                memories,
                sources,
                new ParallelSources(sources.all(), options.sources),
                clock,
                options);
    }

    FusedRecommender(
            Catalog catalog,
            Freshness freshness,
            UserMemories memories,
            Sources sources,
            ParallelSources parallel,
            InstantSource clock,
            Options options) {
        this(catalog, freshness, memories, sources, parallel, clock, options, Set.of());
    }

    /// Two lists of one moment.
    ///
    /// @param before as it is
    /// @param after as it would be
    public record Compared(Slate before, Slate after) {}

    /// The list as it is, and as it would be if the user's memories were others, both over the same moment, history
    /// and counts, so that nothing but the memories makes the difference. Writes nothing; costs two lists.
    ///
    /// @param change of the active memories, given those that count in ranking and all that stand
    public Compared compare(RecommendationRequest request, UnaryOperator<List<Memory>> change) {
        UserId user = request.user();
        List<Memory> active = user == null ? List.of() : memories.active(user);
        List<Memory> standing = user == null ? List.of() : memories.standing(user);
        List<Memory> changed = List.copyOf(change.apply(active));
        List<Memory> standingChanged = List.copyOf(change.apply(standing));
        Freshness now = freshness.asOf(freshness.current().basis(), freshness.arrival());
        InstantSource moment = InstantSource.fixed(clock.instant());
        return new Compared(
                over(now, UserMemories.of(same -> active, same -> standing), moment)
                        .recommend(request),
                over(now, UserMemories.of(same -> changed, same -> standingChanged), moment)
                        .recommend(request));
    }

    private Recommender over(Freshness seen, UserMemories read, InstantSource moment) {
        return new FusedRecommender(catalog, seen, read, sources, parallel, moment, options, without);
    }

    /// As it stood when it told of it, as far as that can be had: over the catalog, the texts and the index of now, and
    /// the model of now unless other sources are given. Closed with this one, unless it has other sources.
    ///
    /// @param without sources that had failed or were late
    /// @param over sources over the model of then; those in force when absent
    public PastRecommender asOf(Workings.Standing standing, Set<String> without, Optional<Sources> over) {
        InstantSource then = InstantSource.fixed(standing.now());
        UserMemories read = user -> standing.memories();
        Freshness past = freshness.asOf(standing.basis(), standing.arrival());
        over.ifPresent(other -> settle(other, past));
        Optional<ParallelSources> own = over.map(other -> new ParallelSources(other.all(), options.sources));
        return new PastRecommender(
                new FusedRecommender(
                        catalog, past, read, over.orElse(sources), own.orElse(parallel), then, options, without),
                own);
    }

    private static void settle(Sources other, Freshness past) {
        try {
            boolean learnt = other.awaitLearnt(past.current(), LEARNING);
            if (!learnt) {
                LOG.log(System.Logger.Level.DEBUG, "new items have no vectors of an earlier model yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A recommender that stands still.
    ///
    /// @param own what is its own to close
    public record PastRecommender(Recommender recommender, Optional<ParallelSources> own) implements AutoCloseable {
        @Override
        public void close() {
            own.ifPresent(ParallelSources::close);
        }
    }

    private FusedRecommender(
            Catalog catalog,
            Freshness freshness,
            UserMemories memories,
            Sources sources,
            ParallelSources parallel,
            InstantSource clock,
            Options options,
            Set<String> without) {
        this.catalog = catalog;
        this.freshness = freshness;
        this.memories = memories;
        this.sources = sources;
        this.parallel = parallel;
        this.clock = clock;
        this.options = options;
        this.without = Set.copyOf(without);
    }

    @Override
    public Slate recommend(RecommendationRequest request) {
        return make(request, null);
    }

    @Override
    public Slate recommend(RecommendationRequest request, Consumer<Workings> told) {
        return make(request, told);
    }

    private Slate make(RecommendationRequest request, @Nullable Consumer<Workings> told) {
        long start = System.nanoTime();
        long arrival = told == null ? 0 : freshness.arrival();
        boolean kept =
                told != null && request.user() != null && freshness.histories().keeps(request.user());
        Instant now = clock.instant();
        Freshness.View view = freshness.current();
        HistoryRows history = request.user() == null
                ? HistoryRows.EMPTY
                : told == null
                        ? freshness.histories().rows(request.user(), view.catalog())
                        : freshness.histories().rows(request.user(), view.catalog(), arrival);
        UserId user = request.user();
        List<Memory> active = user == null ? List.of() : memories.active(user);
        List<Memory> all = user == null ? List.of() : memories.standing(user);
        List<Memory> effective = effective(active, now);
        // Nearly everybody's fit the pack: they are looked at once.
        List<Memory> inForce = all.equals(active) ? effective : effective(all, now);
        HardFilters filters = filters(request, history.history(), inForce, now);
        BitSet allowed = filters.rows(view.catalog());
        Wish wish = sources.wish(view, said(request.taste()), history, effective, filters.coarse(), now);
        Duration left = request.deadline().minusNanos(System.nanoTime() - start);
        long gathering = System.nanoTime();
        BestRows.Look look = history.best(allowed, options.perSource).look();
        Gathered gathered = gathered(wish, left.isNegative() ? Duration.ZERO : left, look);
        long since = System.nanoTime();
        List<int[]> best = look.of(gathered.answers());
        int[] pool =
                CandidatePool.filled(best, allowed, options.maxCandidates, least(request), view.statistics()::quality);
        Fusion fusion = Fusion.of(pool, gathered.answers(), wish);
        ListSelection.Selection selection = selection(fusion, wish, request);
        List<Place> places = admitted(choices(selection, fusion, wish), fusion, filters, request, view.catalog());
        if (told != null) {
            long ranked = System.nanoTime();
            var standing = new Workings.Standing(now, arrival, view.basis(), effective);
            var workings = new WorkingsOf(wish, gathered, best, fusion);
            told.accept(workings.told(
                    standing,
                    kept,
                    allowed.cardinality(),
                    (since - gathering) / 1_000,
                    (ranked - since + gathering - start) / 1_000));
        }
        return new Slate(
                ranked(places, gathered, request.taste(), view.catalog()),
                gathered.degraded(),
                wish.model().map(AlignedModel::version).orElse(""),
                pool.length,
                selection.passedOver());
    }

    /// What the sources answer; each looks for its best rows while the others are under way.
    private Gathered gathered(Wish wish, Duration left, BestRows.Look look) {
        Gathered all = parallel.gather(wish, left, look::of);
        if (without.isEmpty()) {
            return all;
        }
        Map<String, Scored> answers = new LinkedHashMap<>(all.answers());
        answers.keySet().removeAll(without);
        List<String> degraded = sources.all().stream()
                .map(CandidateSource::signal)
                .filter(signal -> without.contains(signal) || all.degraded().contains(signal))
                .toList();
        return new Gathered(answers, degraded);
    }

    /// Quotas may pass over most of the candidates.
    private int least(RecommendationRequest request) {
        return request.variety().quotas().isEmpty()
                ? Math.min(request.size() + RESERVE, options.maxCandidates)
                : options.maxCandidates;
    }

    private static List<Memory> effective(List<Memory> memories, Instant now) {
        return memories.stream()
                .filter(memory -> memory.effectiveAt(now) && memory.kind() != MemoryKind.PROFILE)
                .sorted(Comparator.comparing(memory -> memory.id().value()))
                .toList();
    }

    private static Sources.Said said(Taste taste) {
        return new Sources.Said(
                taste.words(),
                taste.likedItems(),
                taste.categories(),
                taste.tags(),
                taste.named().stream()
                        .map(named -> new Sources.Named(named.reason(), named.items()))
                        .toList(),
                taste.elsewhere());
    }

    private HardFilters filters(
            RecommendationRequest request, UserHistory history, List<Memory> standing, Instant now) {
        Constraints constraints = request.constraints();
        HardFilters.Builder filters = HardFilters.at(now)
                .requireCategories(constraints.requiredCategories())
                .excludeCategories(constraints.excludedCategories())
                .requireAnyTag(constraints.requiredTags())
                .excludeTags(constraints.excludedTags())
                .excludeItems(constraints.excludedItems())
                .requireNumbers(constraints.numbers())
                .excludeItems(request.taste().dislikedItems())
                .memories(standing, sources.themes());
        if (!constraints.years().any()) {
            filters.requireYears(constraints.years().from(), constraints.years().to());
        }
        constraints.excludedYears().forEach(years -> filters.excludeYears(years.from(), years.to()));
        if (!request.includeHad()) {
            filters.excludeItems(history.had())
                    .excludeItems(request.taste().likedItems())
                    .excludeTitleSlots(standing.stream()
                            .map(Memory::slot)
                            .filter(slot -> slot != null && slot.facet().equals("title"))
                            .map(Slot::value)
                            .toList());
        }
        return filters.build();
    }

    /// One candidate of a list before its item was read again.
    private record Choice(ListSelection.Place place, Item item) {}

    /// One place of a list.
    ///
    /// @param parts signal → share; they add up to the score
    private record Place(
            int row, Item item, double score, Map<String, Double> parts, boolean explored, double propensity) {
        static Place of(Choice choice, Item item, Fusion fusion) {
            ListSelection.Place place = choice.place;
            Map<String, Double> parts = fusion.partsOf(place.candidate());
            parts.putAll(place.added());
            double score = 0;
            for (double part : parts.values()) {
                score += part;
            }
            int row = fusion.rows()[place.candidate()];
            return new Place(row, item, score, parts, place.explored(), place.propensity());
        }
    }

    private static ListSelection.Selection selection(Fusion fusion, Wish wish, RecommendationRequest request) {
        Optional<ItemTraits.Cosine> cosine = wish.vectors().map(FusedRecommender::cosine);
        return ListSelection.select(
                fusion.order(),
                fusion.scores(),
                request.size(),
                RESERVE,
                wish.blank() ? request.variety().withLeastDiversity(DIVERSITY_OF_BLANK) : request.variety(),
                new ItemTraits(wish.catalog(), cosine, wish.statistics()::count, fusion.rows()));
    }

    private static ItemTraits.Cosine cosine(CentredVectors vectors) {
        return vectors::cosine;
    }

    private static List<Choice> choices(ListSelection.Selection selection, Fusion fusion, Wish wish) {
        List<Choice> choices = new ArrayList<>();
        for (ListSelection.Place place : selection.places()) {
            choices.add(new Choice(place, wish.catalog().item(fusion.rows()[place.candidate()])));
        }
        return choices;
    }

    /// The first places whose item, as the catalog has it now, passes the filters.
    ///
    /// @param seen the snapshot that the places are of; as long as it is the newest, its items are the catalog's
    @SuppressWarnings("ReferenceEquality") // one snapshot object is one state of the catalog
    private List<Place> admitted(
            List<Choice> choices,
            Fusion fusion,
            HardFilters filters,
            RecommendationRequest request,
            CatalogSnapshot seen) {
        int size = request.size();
        if (freshness.current().catalog() == seen) {
            // Their rows passed the filters before anything was scored, and their quotas were counted.
            return choices.stream()
                    .limit(size)
                    .map(choice -> Place.of(choice, choice.item, fusion))
                    .toList();
        }
        QuotaCount quotas = new QuotaCount(request.variety().quotas());
        List<Place> admitted = new ArrayList<>();
        for (int from = 0; from < choices.size() && admitted.size() < size; from += size) {
            List<Choice> some = choices.subList(from, Math.min(choices.size(), from + size));
            Map<ItemId, Item> present =
                    catalog.items(some.stream().map(choice -> choice.item.id()).toList());
            for (Choice choice : some) {
                Item item = present.get(choice.item.id());
                boolean admits = item != null
                        && filters.admits(item)
                        && quotas.full(item.categories()).isEmpty();
                if (item != null && admits && admitted.size() < size) {
                    quotas.take(item.categories());
                    admitted.add(Place.of(choice, item, fusion));
                }
            }
        }
        return admitted;
    }

    private static Scored saying(String words) {
        Evidence evidence = new Evidence(words, List.of(), List.of());
        return new Scored(new float[0], 1, row -> evidence);
    }

    private static List<RankedItem> ranked(
            List<Place> places, Gathered gathered, Taste taste, CatalogSnapshot snapshot) {
        int[] rows = places.stream().mapToInt(Place::row).toArray();
        List<Map<String, Double>> parts = places.stream().map(Place::parts).toList();
        List<ItemId> liked = Arrays.stream(snapshot.rowsOf(taste.likedItems()))
                .mapToObj(row -> snapshot.item(row).id())
                .toList();
        Map<String, Scored> answers = new HashMap<>(gathered.answers());
        answers.putAll(ASKED_FOR);
        List<Reasons.OfItem> reasons = new Reasons(answers).of(rows, parts, liked);
        List<RankedItem> ranked = new ArrayList<>();
        for (int at = 0; at < rows.length; at++) {
            Place place = places.get(at);
            Reasons.OfItem why = reasons.get(at);
            ranked.add(new RankedItem(
                    place.item,
                    at + 1,
                    place.score,
                    largestFirst(place.parts),
                    why.found().stream()
                            .map(found ->
                                    new Reason(found.signal(), found.evidence().text(), found.share()))
                            .toList(),
                    why.memories(),
                    place.explored,
                    place.propensity));
        }
        return ranked;
    }

    private static Map<String, Double> largestFirst(Map<String, Double> parts) {
        Map<String, Double> sorted = new LinkedHashMap<>();
        parts.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(part -> sorted.put(part.getKey(), part.getValue()));
        return sorted;
    }

    /// Interrupts what is under way; the ports stay their owner's.
    @Override
    public void close() {
        parallel.close();
    }
}
