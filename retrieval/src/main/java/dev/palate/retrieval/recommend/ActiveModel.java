package dev.palate.retrieval.recommend;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.LiveModel;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.IdHash;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// The model that a registry serves now, as the sources need it. Thread-safe; an activation counts from the next
/// request on.
public final class ActiveModel implements CollaborativeModel {
    private static final Set<Signal> SCORERS = EnumSet.of(
            Signal.CF,
            Signal.CF_SPARSE,
            Signal.EASE,
            Signal.KNN,
            Signal.TRANSITIONS,
            Signal.NEXT,
            Signal.SEQUENCE,
            Signal.BPR);

    private record Seen(
            ModelSnapshot snapshot, Loaded loaded, Map<String, Vectors> vectors, Optional<Adapter> adapter) {}

    private final Supplier<Optional<ModelSnapshot>> served;
    private final AtomicReference<Optional<Seen>> last = new AtomicReference<>(Optional.empty());

    /// Over the registry, which stays its owner's.
    public ActiveModel(ModelRegistry registry) {
        served = registry::active;
    }

    /// One version, whether or not it is served; its file is read now.
    ///
    /// @throws dev.palate.retrieval.RetrievalException when it cannot be read
    public ActiveModel(ModelRegistry registry, ModelVersion version) {
        Optional<ModelSnapshot> read = Optional.of(ModelSnapshot.read(registry.file(version)));
        served = () -> read;
    }

    @Override
    public Optional<Loaded> current() {
        return seen().map(Seen::loaded);
    }

    @Override
    public Optional<Vectors> vectors(String signal) {
        return seen().map(seen -> seen.vectors.get(signal));
    }

    @Override
    public Optional<Adapter> adapter() {
        return seen().flatMap(Seen::adapter);
    }

    @SuppressWarnings("ReferenceEquality") // one snapshot object is one activation
    private Optional<Seen> seen() {
        Optional<ModelSnapshot> active = served.get();
        if (active.isEmpty()) {
            return Optional.empty();
        }
        Optional<Seen> before = last.get();
        if (before.isPresent() && before.get().snapshot == active.get()) {
            return before;
        }
        Optional<Seen> next =
                Optional.of(new Seen(active.get(), loaded(active.get()), vectors(active.get()), adapter(active.get())));
        last.set(next);
        return next;
    }

    private static Optional<Adapter> adapter(ModelSnapshot snapshot) {
        List<ItemId> items = snapshot.items().ids().stream().map(ItemId::new).toList();
        return snapshot.adapter()
                .flatMap(texts -> texts.network().map(network -> new Adapter(texts.encoding(), network, items)));
    }

    private static Map<String, Vectors> vectors(ModelSnapshot snapshot) {
        List<ItemId> items = snapshot.items().ids().stream().map(ItemId::new).toList();
        int[] counts = snapshot.popularity().counts();
        Map<String, Vectors> vectors = new HashMap<>();
        factors(snapshot)
                .forEach((signal, factors) -> vectors.put(
                        signal, new Vectors(snapshot.about().version().value(), items, factors, counts)));
        return vectors;
    }

    private static Map<String, ItemFactors> factors(ModelSnapshot snapshot) {
        Map<String, ItemFactors> factors = new HashMap<>();
        snapshot.sources().forEach((signal, scorer) -> {
            if (scorer instanceof ItemFactors vectors) {
                factors.put(signal.key(), vectors);
            }
        });
        return factors;
    }

    /// The collaborative scorers of a snapshot; popularity is counted afresh from the log instead.
    static Loaded loaded(ModelSnapshot snapshot) {
        Map<String, Scorer> scorers = new HashMap<>();
        snapshot.sources().forEach((signal, scorer) -> {
            if (SCORERS.contains(signal)) {
                scorers.put(signal.key(), scorer);
            }
        });
        List<ItemId> items = snapshot.items().ids().stream().map(ItemId::new).toList();
        RankerWeights ranker = snapshot.ranker();
        Weighting weighting = size -> new SignalWeights(ranker.fittedFor(size)).byKey();
        return Loaded.of(snapshot.about().version().value(), items, scorers, weighting);
    }

    /// True when the model has a vector of the user in a table.
    boolean hasUser(UserId user) {
        return served.get()
                .flatMap(ModelSnapshot::embeddings)
                .filter(ids -> ids.hasUser(IdHash.of(user.value())))
                .isPresent();
    }

    /// What items that came after the model in force are folded in with; empty while there is none.
    public Optional<LiveModel.Learnt> learnt() {
        return served.get().map(snapshot -> {
            ModelSnapshot.About about = snapshot.about();
            return new LiveModel.Learnt(
                    about.version().value(),
                    about.changeNumber(),
                    snapshot.popularity().counts(),
                    factors(snapshot),
                    Map.of(
                            Signal.EASE.key(),
                            HistoryDecay.of(about.easeDecay()),
                            Signal.KNN.key(),
                            HistoryDecay.of(about.knnDecay()),
                            Signal.TRANSITIONS.key(),
                            about.ofTransitions()));
        });
    }
}
