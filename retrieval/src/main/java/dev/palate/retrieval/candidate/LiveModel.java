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
import java.util.concurrent.atomic.AtomicBoolean;
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
public final class LiveModel implements CollaborativeModel, ErasurePlace, AutoCloseable {
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

    private static final System.Logger LOG = System.getLogger(LiveModel.class.getName());

    /// So many changes a request waits for; more are followed in the background, slice by slice.
    private static final int MAX_CHANGES_INLINE = 500;

    private static final int SLICE = 100;

    /// Of older changes the items are found again by the next training.
    private static final int MAX_CHANGES_FOLLOWED = 50_000;

    private record State(Loaded trained, FoldedItems folded, ChangeNumber position, Loaded live) {}

    private final CollaborativeModel trained;
    private final Supplier<Optional<Learnt>> learnt;
    private final Interactions interactions;
    private final Changes changes;
    private final ReentrantLock following = new ReentrantLock();
    private final AtomicBoolean catchingUp = new AtomicBoolean();
    private volatile @Nullable State state;
    private volatile boolean closed;

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
        if (known == null || known.trained != base.get()) {
            known = locked(() -> started(base.get()));
        }
        long behind = changes.latest().value() - known.position.value();
        if (behind > MAX_CHANGES_INLINE) {
            catchUp(base.get());
        } else if (behind > 0) {
            known = locked(() -> follow(started(base.get()), MAX_CHANGES_INLINE));
        }
        return Optional.of(known.live);
    }

    private State locked(Supplier<State> next) {
        following.lock();
        try {
            State made = next.get();
            state = made;
            return made;
        } finally {
            following.unlock();
        }
    }

    /// Of the trained items only: what was folded in is none to learn from.
    @Override
    public Optional<Vectors> vectors(String signal) {
        return trained.vectors(signal);
    }

    @Override
    public Optional<Adapter> adapter() {
        return trained.adapter();
    }

    @SuppressWarnings("ReferenceEquality") // one object is one version
    private State started(Loaded base) {
        State known = state;
        return known != null && known.trained == base ? known : begin(base);
    }

    private void catchUp(Loaded base) {
        if (catchingUp.compareAndSet(false, true)) {
            Thread.ofVirtual().name("palate-fold-in").start(() -> {
                try {
                    ChangeNumber latest = changes.latest();
                    boolean behind = true;
                    while (behind && !closed) {
                        State reached = locked(() -> follow(started(base), SLICE));
                        behind = reached.position.compareTo(latest) < 0;
                    }
                } catch (RuntimeException failed) {
                    if (!closed) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "folding items in stopped; the next request tries again",
                                failed);
                    }
                } finally {
                    catchingUp.set(false);
                }
            });
        }
    }

    /// Applies at most so many changes.
    private State follow(State from, int limit) {
        ChangeNumber latest = changes.latest();
        ChangeNumber reached = from.position;
        ChangeNumber earliest = new ChangeNumber(Math.max(0, latest.value() - MAX_CHANGES_FOLLOWED));
        for (ChangeNumber bound : List.of(earliest, changes.horizon())) {
            reached = reached.compareTo(bound) < 0 ? bound : reached;
        }
        Set<UserId> changed = new LinkedHashSet<>();
        List<Change> page = changes.after(reached, limit);
        page.forEach(change -> note(change, changed));
        boolean any = false;
        for (UserId user : changed) {
            // Read from the log itself: a kept history may not have heard of the newest change yet.
            List<ItemId> taste = UserHistory.of(interactions.events(user, UserHistory.MAX_EVENTS))
                    .taste();
            any |= from.folded.changed(user, taste);
        }
        ChangeNumber next = page.isEmpty() ? latest : page.getLast().number();
        return new State(from.trained, from.folded, next, any ? from.folded.extend(from.trained) : from.live);
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

    /// Ends catching up after the slice under way.
    @Override
    public void close() {
        closed = true;
    }
}
