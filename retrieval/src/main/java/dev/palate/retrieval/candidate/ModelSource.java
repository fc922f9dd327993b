package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.Item;
import dev.palate.retrieval.factor.History;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// One scorer of the collaborative model over the history and the titles liked in the request. Empty while no model is
/// in force, and for a history of which the model knows nothing.
final class ModelSource implements CandidateSource {
    /// Of the newest so many events one may be named as the reason.
    private static final int NAMEABLE = 10;

    private static final double[] WEIGHTS =
            IntStream.range(0, NAMEABLE).mapToDouble(age -> Math.pow(0.9, age)).toArray();

    private static final int[] NONE = {};
    private static final Evidence GUESSED = Evidence.of("new, and by its text what people with your taste like");

    private final String signal;
    private final boolean namesItems;
    private final int cost;
    private final Optional<NewItems.Source> newItems;

    private ModelSource(String signal, boolean namesItems, int cost, Optional<NewItems.Source> newItems) {
        this.signal = signal;
        this.namesItems = namesItems;
        this.cost = cost;
        this.newItems = newItems;
    }

    /// Of a scorer that adds up the history's items, so that one of them can be named.
    static ModelSource ofNeighbours(String signal) {
        return new ModelSource(signal, true, 0, Optional.empty());
    }

    /// Of a scorer by collaborative vectors, which items that the model does not know get from their texts.
    static ModelSource ofFactors(String signal, NewItems.Source newItems) {
        return new ModelSource(signal, false, 1, Optional.of(newItems));
    }

    /// Of a scorer by vectors of its own.
    ///
    /// @param cost as in [CandidateSource#cost]
    static ModelSource ofVectors(String signal, int cost) {
        return new ModelSource(signal, false, cost, Optional.empty());
    }

    @Override
    public String signal() {
        return signal;
    }

    /// {@inheritDoc} Vectors may have to be made first, of new items or by a table.
    @Override
    public boolean computes(Wish wish) {
        return namesItems;
    }

    @Override
    public int cost() {
        return cost;
    }

    @Override
    public boolean prompt(Wish wish) {
        return wish.model().isEmpty()
                || (wish.liked().length == 0
                        && (wish.history().length == 0
                                || wish.known()
                                        .has(signal, basis(wish, wish.model().get(), made(wish)))));
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        int[] profile = wish.profile();
        if (wish.model().isEmpty() || profile.length == 0) {
            return Optional.empty();
        }
        AlignedModel model = wish.model().get();
        Optional<NewItems> fresh = fresh(wish);
        Optional<Answer> answer = wish.liked().length > 0
                ? answer(wish, model, fresh)
                : wish.known().kept(signal, basis(wish, model, fresh), () -> answer(wish, model, fresh));
        Scored.Explainer explainer = namesItems
                ? new NearestOfHistory(
                        signal,
                        wish.catalog(),
                        model,
                        profile,
                        answer.map(Answer::nearest).orElseGet(Nearest::new))
                : row -> Evidence.of("people with your taste liked it");
        return answer.map(found -> Scored.of(
                found.scores(model, signal),
                row -> Arrays.binarySearch(found.guessed, row) >= 0 ? GUESSED : explainer.of(row)));
    }

    /// What is kept with a history: neither a model nor a catalog, which may be over.
    ///
    /// @param written scores that are written down; absent for those made from the query
    /// @param guessed rows that have their score from their texts, ascending
    private record Answer(
            Optional<RowScores> written, Optional<ProductScores.Query> query, int[] guessed, Nearest nearest) {
        static Answer of(RowScores scores, int[] guessed) {
            return scores instanceof ProductScores made
                    ? new Answer(Optional.empty(), Optional.of(made.query()), guessed, new Nearest())
                    : new Answer(Optional.of(scores), Optional.empty(), guessed, new Nearest());
        }

        /// @param model that made it
        RowScores scores(AlignedModel model, String signal) {
            return written.or(() -> query.map(asked -> model.scores(signal, asked)))
                    .orElseThrow();
        }
    }

    /// Which event of one history added most to a row, for the rows that were shown lately. Thread-safe.
    private static final class Nearest {
        private static final int MAX_ROWS = 32;

        private final Map<Integer, Integer> eventOfRow = new ConcurrentHashMap<>();

        /// @param find called for a row not known
        int of(int row, IntUnaryOperator find) {
            Integer known = eventOfRow.get(row);
            if (known != null) {
                return known;
            }
            int found = find.applyAsInt(row);
            if (eventOfRow.size() >= MAX_ROWS) {
                eventOfRow.clear();
            }
            eventOfRow.put(row, found);
            return found;
        }
    }

    private Optional<Answer> answer(Wish wish, AlignedModel model, Optional<NewItems> fresh) {
        int[] profile = wish.profile();
        Optional<RowScores> scores = model.scores(
                signal,
                new History(
                        profile,
                        wish.profileTimes(),
                        // What is liked now is in no vector that was kept.
                        wish.liked().length == 0 ? wish.known().owner() : History.NOBODY));
        if (scores.isEmpty() || fresh.isEmpty()) {
            return scores.map(found -> Answer.of(found, NONE));
        }
        NewItems.Own own = fresh.get().own(profile, wish.statistics(), scores.get());
        return Optional.of(Answer.of(scores.get().with(own.rows(), own.scores()), own.guessed()));
    }

    /// As [#fresh], without making anything.
    private Optional<NewItems> made(Wish wish) {
        return newItems.flatMap(source -> source.made(wish.catalog(), wish.vectors()));
    }

    private Optional<NewItems> fresh(Wish wish) {
        return newItems.flatMap(source -> source.of(wish.catalog(), wish.vectors()));
    }

    /// What an answer follows from besides the history.
    private static List<Object> basis(Wish wish, AlignedModel model, Optional<NewItems> fresh) {
        return fresh.isEmpty() ? List.of(model) : List.of(model, fresh.get(), wish.statistics());
    }

    /// Names the event that added most to an item.
    private static final class NearestOfHistory implements Scored.Explainer {
        private final String signal;
        private final CatalogSnapshot catalog;
        private final AlignedModel model;
        private final int[] newestFirst;
        private final Nearest nearest;

        NearestOfHistory(String signal, CatalogSnapshot catalog, AlignedModel model, int[] profile, Nearest nearest) {
            this.nearest = nearest;
            this.signal = signal;
            this.catalog = catalog;
            this.model = model;
            newestFirst = new int[Math.min(NAMEABLE, profile.length)];
            for (int age = 0; age < newestFirst.length; age++) {
                newestFirst[age] = profile[profile.length - 1 - age];
            }
        }

        @Override
        public Evidence of(int row) {
            int best = nearest.of(row, this::nearest);
            if (best < 0) {
                return Evidence.of("people with your taste liked it");
            }
            Item near = catalog.item(newestFirst[best]);
            return Evidence.naming(Phrases.title("often liked with ", near, ""), List.of(near.id()));
        }

        /// The age of the event, -1 when none added anything.
        private int nearest(int row) {
            int best = -1;
            double highest = 0;
            for (int age = 0; age < newestFirst.length; age++) {
                double share = WEIGHTS[age] * model.pair(signal, newestFirst[age], row);
                if (share > highest) {
                    highest = share;
                    best = age;
                }
            }
            return best;
        }

        @Override
        public boolean remembers() {
            return false;
        }
    }
}
