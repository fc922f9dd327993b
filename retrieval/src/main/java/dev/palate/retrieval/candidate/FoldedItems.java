package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ByteRows;
import dev.palate.retrieval.candidate.CollaborativeModel.Loaded;
import dev.palate.retrieval.candidate.CollaborativeModel.RowScorer;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ItemFactors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Items that the trained model does not know, folded in from the histories of the users that had them: a
/// vector from the users' vectors for each factorisation, and what they share with trained items for the rest.
/// Not thread-safe; what [#extend] returns is.
///
/// The sizes are bounded: [#MAX_ITEMS] items, the newest [#MAX_USERS] users of each. What is more waits for
/// the next training.
final class FoldedItems {
    static final int MAX_ITEMS = 5_000;
    static final int MAX_USERS = CollaborativeModel.MOST_USERS_FOLDED_IN;

    /// Only the newest events of a user say what goes together, and keep the cost of an event low.
    private static final int MAX_HISTORY = 200;

    private final Map<ItemId, Integer> rows;
    private final LiveModel.Learnt learnt;
    private final Map<UserId, Had> users = new HashMap<>();
    private final LinkedHashMap<ItemId, LinkedHashSet<UserId>> usersOf = new LinkedHashMap<>();
    private final TreeMap<ItemId, FoldedItem> folded = new TreeMap<>(Comparator.comparing(ItemId::value));

    /// A user of folded items.
    ///
    /// @param items those folded in, oldest first
    /// @param positions of each, how many trained items came before it
    /// @param history trained rows, oldest first
    /// @param vectors by signal name
    private record Had(List<ItemId> items, int[] positions, int[] history, Map<String, float[]> vectors) {}

    /// @param rows of the trained items
    FoldedItems(Map<ItemId, Integer> rows, LiveModel.Learnt learnt) {
        this.rows = Map.copyOf(rows);
        this.learnt = learnt;
    }

    Collection<ItemId> items() {
        return folded.keySet();
    }

    boolean has(UserId user) {
        return users.containsKey(user);
    }

    /// Takes note of a user's whole history as it is now.
    ///
    /// @param taste items oldest first, each once
    /// @return true when a folded item changed
    boolean changed(UserId user, List<ItemId> taste) {
        Set<ItemId> touched = new HashSet<>();
        Had before = users.remove(user);
        if (before != null) {
            touched.addAll(before.items);
            for (ItemId item : before.items) {
                LinkedHashSet<UserId> left = usersOf.getOrDefault(item, new LinkedHashSet<>());
                left.remove(user);
                if (left.isEmpty()) {
                    usersOf.remove(item);
                }
            }
        }
        Had now = had(taste);
        if (!now.items.isEmpty()) {
            users.put(user, now);
            for (ItemId item : now.items) {
                if (usersOf.containsKey(item) || usersOf.size() < MAX_ITEMS) {
                    usersOf.computeIfAbsent(item, _ -> new LinkedHashSet<>()).add(user);
                    touched.add(item);
                }
            }
        }
        for (ItemId item : touched) {
            fold(item);
        }
        return !touched.isEmpty();
    }

    private Had had(List<ItemId> taste) {
        List<ItemId> items = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<Integer> history = new ArrayList<>();
        for (ItemId item : taste.subList(Math.max(0, taste.size() - MAX_HISTORY), taste.size())) {
            Integer row = rows.get(item);
            if (row == null) {
                items.add(item);
                positions.add(history.size());
            } else {
                history.add(row);
            }
        }
        int[] known = ints(history);
        Map<String, float[]> vectors = new HashMap<>();
        if (!items.isEmpty()) {
            learnt.factors().forEach((signal, factors) -> vectors.put(signal, factors.foldIn(History.of(known))));
        }
        return new Had(items, ints(positions), known, vectors);
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private void fold(ItemId item) {
        LinkedHashSet<UserId> all = usersOf.get(item);
        if (all == null) {
            folded.remove(item);
            return;
        }
        List<Had> newest = all.stream()
                .skip(Math.max(0, all.size() - MAX_USERS))
                .map(users::get)
                .toList();
        Map<String, float[]> vectors = new HashMap<>();
        learnt.factors().forEach((signal, factors) -> {
            if (factors.userSide().isPresent()) {
                float[][] ofUsers =
                        newest.stream().map(had -> had.vectors.get(signal)).toArray(float[][]::new);
                vectors.put(signal, factors.foldInItem(ofUsers));
            }
        });
        FoldedItem.Builder neighbours = new FoldedItem.Builder();
        for (Had had : newest) {
            neighbours.add(had.history, had.positions[had.items.indexOf(item)]);
        }
        folded.put(item, neighbours.build(vectors));
    }

    /// The model with the folded items as further rows.
    Loaded extend(Loaded trained) {
        if (folded.isEmpty()) {
            return trained;
        }
        List<ItemId> items = new ArrayList<>(trained.items());
        items.addAll(folded.keySet());
        List<String> ids = folded.keySet().stream().map(ItemId::value).toList();
        FoldedItem[] more = folded.values().toArray(FoldedItem[]::new);
        Map<String, RowScorer> scorers = new HashMap<>();
        trained.scorers().forEach((signal, scorer) -> scorers.put(signal, extended(signal, scorer, more, ids)));
        Map<ItemId, CollaborativeModel.Precursors> precursors = HashMap.newHashMap(folded.size());
        folded.forEach((item, made) -> precursors.put(item, made.precursors()));
        return trained.with(items, scorers, precursors);
    }

    private RowScorer extended(String signal, RowScorer trained, FoldedItem[] more, List<String> ids) {
        ItemFactors factors = learnt.factors().get(signal);
        HistoryDecay decay = learnt.decays().get(signal);
        int size = rows.size();
        return new RowScorer() {
            @Override
            public void score(History whole, float[] target) {
                int[] history = whole.items();
                History known = known(whole, size);
                Arrays.fill(target, 0, size, 0);
                Arrays.fill(target, size, size + more.length, Float.NaN);
                if (known.size() > 0) {
                    trained.score(known, ids, target);
                }
                if (factors != null && factors.userSide().isPresent()) {
                    byVectors(signal, factors, history, more, target);
                } else if (decay != null) {
                    byNeighbours(FoldedItem.Share.of(signal), decay, history, more, target);
                }
            }

            @Override
            public Optional<CollaborativeModel.ModelScores> scores(History whole) {
                History known = known(whole, size);
                if (known.size() == 0) {
                    return Optional.empty();
                }
                if (factors != null && factors.userSide().isPresent()) {
                    float[][] had = had(signal, whole.items(), more);
                    float[] user = factors.foldIn(History.of(known.items()), had);
                    float[] further = new float[more.length];
                    ofVectors(signal, user, more, further, 0);
                    return trained.scores(known)
                            .map(_ -> new CollaborativeModel.ModelScores(factors.products(user), further));
                }
                if (decay != null) {
                    return Optional.empty();
                }
                float[] further = new float[more.length];
                Arrays.fill(further, Float.NaN);
                return trained.scores(known).map(made -> new CollaborativeModel.ModelScores(made.trained(), further));
            }

            @Override
            public Optional<ByteRows> vectors() {
                return trained.vectors();
            }

            @Override
            public float pair(int event, int row) {
                return event < size && row < size ? trained.pair(event, row) : Float.NaN;
            }
        };
    }

    /// The events of trained items, with their times.
    private static History known(History whole, int size) {
        int[] places = IntStream.range(0, whole.size())
                .filter(i -> whole.items()[i] < size)
                .toArray();
        return new History(
                IntStream.of(places).map(i -> whole.items()[i]).toArray(),
                IntStream.of(places).mapToLong(i -> whole.times()[i]).toArray(),
                whole.owner());
    }

    /// The user from trained and folded items, against both.
    private void byVectors(String signal, ItemFactors factors, int[] history, FoldedItem[] more, float[] target) {
        int size = rows.size();
        int[] known = Arrays.stream(history).filter(row -> row < size).toArray();
        float[][] had = had(signal, history, more);
        float[] user = factors.foldIn(History.of(known), had);
        if (had.length > 0) {
            float[] scores = new float[size];
            factors.score(user, scores);
            System.arraycopy(scores, 0, target, 0, size);
        }
        ofVectors(signal, user, more, target, size);
    }

    /// The vectors of the folded items in a history.
    private float[][] had(String signal, int[] history, FoldedItem[] more) {
        int size = rows.size();
        return Arrays.stream(history)
                .filter(row -> row >= size)
                .mapToObj(row -> more[row - size].vector(signal))
                .toArray(float[][]::new);
    }

    private static void ofVectors(String signal, float[] user, FoldedItem[] more, float[] target, int from) {
        for (int i = 0; i < more.length; i++) {
            float[] item = more[i].vector(signal);
            float score = 0;
            for (int k = 0; k < user.length; k++) {
                score = Math.fma(user[k], item[k], score);
            }
            target[from + i] = score;
        }
    }

    /// Sums of shares over the decayed history, as trained rows are summed.
    private void byNeighbours(
            FoldedItem.Share share, HistoryDecay decay, int[] history, FoldedItem[] more, float[] target) {
        float[] weightOf = new float[rows.size()];
        int size = rows.size();
        double weight = 1;
        int depth = Math.min(history.length, decay.maximumEvents());
        for (int age = 0; age < depth && weight > 1e-4; age++) {
            int row = history[history.length - 1 - age];
            if (row < size) {
                weightOf[row] = (float) weight;
            } else {
                more[row - size].addTo(share, learnt.counts(), (float) weight, target);
            }
            weight *= decay.factor();
        }
        for (int i = 0; i < more.length; i++) {
            target[size + i] = more[i].score(share, learnt.counts(), weightOf);
        }
    }
}
