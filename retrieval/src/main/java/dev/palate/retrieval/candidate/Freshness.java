package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps what requests read up with the change feed: the catalog snapshot, its statistics and the users' histories.
///
/// [#current] is called at the start of every request: it applies the changes committed before it, so that a request
/// sees the writes its caller made before. Few changed items are read one by one, many by a scan. Counts over all
/// interactions are no part of that promise: they are counted again in the background, at most once an interval.
/// Thread-safe. Costs one call of [Changes#latest] when nothing changed.
public final class Freshness implements AutoCloseable {
    /// @param recentWindow what recently popular means, 1 hour to 10 years
    /// @param recentShortWindow the same for the shorter window, no longer than the other
    /// @param recountInterval the least time between two counts over all interactions; 0 to count at every change,
    ///     before the request goes on
    public record Options(Duration recentWindow, Duration recentShortWindow, Duration recountInterval) {
        /// 60 and 14 days; once a minute.
        public static final Options DEFAULT =
                new Options(Duration.ofDays(60), Duration.ofDays(14), Duration.ofMinutes(1));

        public Options {
            Require.range("recent window in hours", recentWindow.toHours(), 1, 87_660);
            Require.range("short recent window in hours", recentShortWindow.toHours(), 1, recentWindow.toHours());
            Require.range("recount interval in ms", recountInterval.toMillis(), 0, Long.MAX_VALUE);
        }

        ItemStatistics.Windows windows() {
            return new ItemStatistics.Windows(recentWindow, recentShortWindow);
        }
    }

    /// When and up to which arrival interactions were counted.
    public record Basis(Instant counted, long arrival) {}

    /// A snapshot and its statistics.
    ///
    /// @param basis of the counts
    public record View(CatalogSnapshot catalog, ItemStatistics statistics, Basis basis) {}

    private static final System.Logger LOG = System.getLogger(Freshness.class.getName());
    private static final int PAGE = 1_000;
    private static final int PAST_HISTORIES = 16;
    private static final int MAX_ITEMS_ONE_BY_ONE = 500;
    private static final int MAX_CHANGES_FOLLOWED = 20_000;

    private final Catalog catalog;
    private final Interactions interactions;
    private final Changes changes;
    private final UserHistories histories;
    private final InstantSource clock;
    private final Options options;
    private final boolean past;

    private final ReentrantLock following = new ReentrantLock();
    private final AtomicBoolean counting = new AtomicBoolean();
    private volatile View view;
    private volatile ChangeNumber position;
    private volatile boolean countsStale;
    private volatile Instant counted;
    private volatile @Nullable View lastPast;
    private volatile boolean closed;

    /// Reads catalog and interactions once, before it returns.
    public Freshness(
            Catalog catalog,
            Interactions interactions,
            Changes changes,
            UserHistories histories,
            InstantSource clock,
            Options options) {
        this.catalog = catalog;
        this.interactions = interactions;
        this.changes = changes;
        this.histories = histories;
        this.clock = clock;
        this.options = options;
        this.past = false;
        position = changes.latest();
        CatalogSnapshot first = scan();
        counted = clock.instant();
        view = view(first, new Basis(counted, interactions.arrival()));
    }

    private Freshness(Freshness now, View then, UserHistories histories) {
        catalog = now.catalog;
        interactions = now.interactions;
        changes = now.changes;
        clock = now.clock;
        options = now.options;
        past = true;
        position = now.position;
        counted = then.basis.counted;
        view = then;
        this.histories = histories;
    }

    /// The statistics of a snapshot by whatever had arrived.
    private View view(CatalogSnapshot snapshot, Basis basis) {
        Interactions log = interactions.asOf(basis.arrival);
        return new View(snapshot, ItemStatistics.read(snapshot, log, options.windows(), basis.counted), basis);
    }

    /// What requests of an earlier time saw, over the catalog of now: it stays as it is. Counts over all interactions
    /// are made again, unless they were asked for last or are those in force.
    ///
    /// @param basis of the counts
    /// @param arrival the newest interaction that histories may hold
    public Freshness asOf(Basis basis, long arrival) {
        View now = current();
        View known = lastPast;
        View then = now;
        if (!now.basis.equals(basis)) {
            then = known != null && known.basis.equals(basis) && known.statistics.isOf(now.catalog)
                    ? known
                    : view(now.catalog, basis);
            lastPast = then;
        }
        return new Freshness(this, then, new UserHistories(interactions.asOf(arrival), PAST_HISTORIES));
    }

    /// The newest interaction's place in the order of arrival.
    public long arrival() {
        return interactions.arrival();
    }

    /// Up to date with every change committed before the call.
    public View current() {
        if (past) {
            return view;
        }
        ChangeNumber latest = changes.latest();
        if (latest.compareTo(position) > 0) {
            following.lock();
            try {
                follow(latest);
            } finally {
                following.unlock();
            }
        }
        recountIfStale();
        return view;
    }

    /// The users' histories, as of the last [#current].
    public UserHistories histories() {
        return histories;
    }

    /// Reads and counts everything anew, for after an import.
    public void refresh() {
        following.lock();
        try {
            rebuild(changes.latest());
            countsStale = true;
            recount();
        } finally {
            following.unlock();
        }
    }

    /// @param latest at least to here
    private void follow(ChangeNumber latest) {
        if (latest.compareTo(position) <= 0) {
            return;
        }
        if (latest.value() - position.value() > MAX_CHANGES_FOLLOWED) {
            rebuild(latest);
            return;
        }
        Set<ItemId> items = new HashSet<>();
        ChangeNumber reached = position;
        while (reached.compareTo(latest) < 0) {
            List<Change> page = changes.after(reached, PAGE);
            boolean next = !page.isEmpty() && page.getFirst().number().value() == reached.value() + 1;
            if (!next && changes.horizon().compareTo(reached) > 0) {
                // What came next was pruned.
                rebuild(latest);
                return;
            }
            if (page.isEmpty()) {
                break;
            }
            page.forEach(change -> note(change, items));
            reached = page.getLast().number();
        }
        if (items.size() > MAX_ITEMS_ONE_BY_ONE) {
            replace(scan());
        } else if (!items.isEmpty()) {
            replace(reread(items));
        }
        position = reached;
    }

    private void note(Change change, Set<ItemId> items) {
        switch (change.type()) {
            case ITEM -> items.add(new ItemId(change.id()));
            case INTERACTION -> {
                histories.changed(new UserId(change.id()));
                countsStale = true;
            }
            case USER -> {
                histories.forget(new UserId(change.id()));
                countsStale = true;
            }
            // Memories are read from their own store at every request.
            case MEMORY -> {}
        }
    }

    private void rebuild(ChangeNumber latest) {
        replace(scan());
        histories.forgetAll();
        countsStale = true;
        position = latest;
    }

    private void replace(CatalogSnapshot next) {
        view = new View(next, view.statistics.alignedTo(next), view.basis);
        // An item that came with its interactions already in the log has none in the aligned numbers.
        countsStale = true;
    }

    private CatalogSnapshot scan() {
        List<Item> items = new ArrayList<>();
        catalog.scan(items::add);
        return CatalogSnapshot.of(items);
    }

    private CatalogSnapshot reread(Set<ItemId> changed) {
        Map<ItemId, Item> found = catalog.items(changed);
        Set<ItemId> removed = new HashSet<>(changed);
        removed.removeAll(found.keySet());
        return view.catalog.with(found, removed);
    }

    private void recountIfStale() {
        if (!countsStale) {
            return;
        }
        if (options.recountInterval.isZero()) {
            recount();
        } else if (!clock.instant().isBefore(counted.plus(options.recountInterval))
                && counting.compareAndSet(false, true)) {
            Thread.ofVirtual().name("palate-recount").start(() -> {
                try {
                    recount();
                } catch (RuntimeException failed) {
                    if (!closed) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "counting interactions failed; the last counts stay",
                                failed);
                    }
                } finally {
                    counting.set(false);
                }
            });
        }
    }

    private void recount() {
        countsStale = false;
        Instant now = clock.instant();
        View fresh = view(view.catalog, new Basis(now, interactions.arrival()));
        following.lock();
        try {
            counted = now;
            view = new View(view.catalog, fresh.statistics.alignedTo(view.catalog), fresh.basis);
        } finally {
            following.unlock();
        }
    }

    /// A count still under way ends without a word.
    @Override
    public void close() {
        closed = true;
    }
}
