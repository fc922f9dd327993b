package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ItemFactors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The trained model with the items that came after it folded in from their users, without training. Thread-safe.
///
/// Users need nothing of the kind: they are folded in from their history at every request. An item that the
/// model does not know gets its vectors and neighbours from the whole histories of those who had it
/// ([FoldedItems]), again after each of their events. [#current] applies the changes committed before the
/// call, so that the request after an event sees it; it costs one call of [Changes#latest] when nothing
/// changed, and one read of the history of each user that did something since when something did.
public final class LiveModel implements CollaborativeModel, ErasurePlace {
    /// What is known of the trained model beside its scorers.
    ///
    /// @param version of the model
    /// @param changeNumber the newest change that it has learnt from
    /// @param counts users that had each row's item
    /// @param factors the factorisations among its scorers, by signal name
    /// @param decays history decay of the scorers that add up rows of items, by signal name
    public record Learnt(
            String version,
            long changeNumber,
            int[] counts,
            Map<String, ItemFactors> factors,
            Map<String, HistoryDecay> decays) {
        /// Copies the maps.
        public Learnt {
            factors = Map.copyOf(factors);
            decays = Map.copyOf(decays);
        }
    }

    private static final int PAGE = 1_000;

    /// Of older changes the items are found again by the next training.
    private static final int MAX_CHANGES_FOLLOWED = 50_000;

    private record State(Loaded trained, FoldedItems folded, ChangeNumber position, Loaded live) {}

    private final CollaborativeModel trained;
    private final Supplier<Optional<Learnt>> learnt;
    private final Interactions interactions;
    private final Changes changes;
    private final ReentrantLock following = new ReentrantLock();
    private volatile @Nullable State state;

    /// @param trained the model in force
    /// @param learnt of that same model; without it nothing is folded in
    public LiveModel(
            CollaborativeModel trained, Supplier<Optional<Learnt>> learnt, Interactions interactions, Changes changes) {
        this.trained = trained;
        this.learnt = learnt;
        this.interactions = interactions;
        this.changes = changes;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // one object is one version
    public Optional<Loaded> current() {
        Optional<Loaded> base = trained.current();
        if (base.isEmpty()) {
            return base;
        }
        State known = state;
        if (known != null && known.trained == base.get() && changes.latest().compareTo(known.position) <= 0) {
            return Optional.of(known.live);
        }
        following.lock();
        try {
            State next = follow(base.get(), state);
            state = next;
            return Optional.of(next.live);
        } finally {
            following.unlock();
        }
    }

    /// Of the trained items only: what was folded in is none to learn from.
    @Override
    public Optional<Vectors> vectors(String signal) {
        return trained.vectors(signal);
    }

    @SuppressWarnings("ReferenceEquality") // one object is one version
    private State follow(Loaded base, @Nullable State before) {
        State from = before != null && before.trained == base ? before : begin(base);
        ChangeNumber latest = changes.latest();
        ChangeNumber reached = from.position;
        ChangeNumber earliest = new ChangeNumber(Math.max(0, latest.value() - MAX_CHANGES_FOLLOWED));
        for (ChangeNumber bound : List.of(earliest, changes.horizon())) {
            reached = reached.compareTo(bound) < 0 ? bound : reached;
        }
        Set<UserId> changed = new LinkedHashSet<>();
        while (reached.compareTo(latest) < 0) {
            List<Change> page = changes.after(reached, PAGE);
            if (page.isEmpty()) {
                break;
            }
            page.forEach(change -> note(change, changed));
            reached = page.getLast().number();
        }
        boolean any = false;
        for (UserId user : changed) {
            // Read from the log itself: a kept history may not have heard of the newest change yet.
            List<ItemId> taste = UserHistory.of(interactions.ofUser(user, UserHistory.MAX_EVENTS))
                    .taste();
            any |= from.folded.changed(user, taste);
        }
        return new State(base, from.folded, reached, any ? from.folded.extend(base) : from.live);
    }

    private State begin(Loaded base) {
        Map<ItemId, Integer> rows = new HashMap<>();
        for (int row = 0; row < base.items().size(); row++) {
            rows.put(base.items().get(row), row);
        }
        // Another version's, for a moment, while one is activated: nothing is folded in by it.
        Optional<Learnt> about = learnt.get().filter(one -> one.version().equals(base.version()));
        FoldedItems folded = new FoldedItems(
                rows, about.orElseGet(() -> new Learnt(base.version(), 0, new int[rows.size()], Map.of(), Map.of())));
        ChangeNumber position =
                about.map(one -> new ChangeNumber(one.changeNumber())).orElseGet(changes::latest);
        return new State(base, folded, position, base);
    }

    private static void note(Change change, Set<UserId> changed) {
        switch (change.type()) {
            case INTERACTION, USER -> changed.add(new UserId(change.id()));
            case ITEM, MEMORY -> {}
        }
    }

    @Override
    public String name() {
        return "items folded in";
    }

    @Override
    public long erase(UserId user) {
        following.lock();
        try {
            State known = state;
            long had = remaining(user);
            if (known != null && known.folded.changed(user, List.of())) {
                state = new State(known.trained, known.folded, known.position, known.folded.extend(known.trained));
            }
            return had;
        } finally {
            following.unlock();
        }
    }

    @Override
    public long remaining(UserId user) {
        following.lock();
        try {
            State known = state;
            return known != null && known.folded.has(user) ? 1 : 0;
        } finally {
            following.unlock();
        }
    }

    /// The items folded in now, for metrics and tests.
    public List<ItemId> foldedIn() {
        following.lock();
        try {
            State known = state;
            return known == null ? List.of() : new ArrayList<>(known.folded.items());
        } finally {
            following.unlock();
        }
    }
}
