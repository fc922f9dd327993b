package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.factor.IdHash;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The histories of the users lately served, in front of the interaction log, with what sources made of them.
/// Thread-safe.
///
/// A history read while something changed is handed out but not kept, so that no entry is older than the last
/// [#forget] or [#changed] of its user.
public final class UserHistories implements ErasurePlace {
    private final Interactions interactions;
    private final int capacity;
    private final LinkedHashMap<UserId, Read> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashMap<UserId, Kept> keptRows = new LinkedHashMap<>(16, 0.75f, true);
    private long changes;
    private long bytes;

    /// A history as it was read.
    ///
    /// @param events how many it was made of
    /// @param last the time of the newest of them
    /// @param arrival of the one that came in last
    /// @param current false when there may be more
    private record Read(UserHistory history, int events, Instant last, long arrival, boolean current) {
        static Read of(List<Interactions.Event> events) {
            return new Read(UserHistory.of(events), 0, Instant.MIN, 0, true).counting(events);
        }

        private Read counting(List<Interactions.Event> more) {
            long newest = arrival;
            for (Interactions.Event event : more) {
                newest = Math.max(newest, event.arrival());
            }
            Instant latest = more.isEmpty() ? last : more.getLast().at();
            return new Read(history, events + more.size(), latest, newest, true);
        }

        Read outdated() {
            return new Read(history, events, last, arrival, false);
        }

        /// With what came since, the same object of the history when that is nothing; empty where that is not all
        /// there is to know: when something is gone, came in late, or was perhaps left out.
        Optional<Read> with(Interactions.Since since) {
            List<Interactions.Event> later = since.events();
            boolean follows = since.before() == events
                    && later.size() < MAX_FOLLOWED
                    && events + later.size() < UserHistory.MAX_EVENTS
                    && (later.isEmpty() || !later.getFirst().at().isBefore(last));
            if (!follows) {
                return Optional.empty();
            }
            UserHistory longer = later.isEmpty() ? history : history.followedBy(later);
            return Optional.of(new Read(longer, events, last, arrival, true).counting(later));
        }
    }

    /// @param catalog that the rows are of, held loosely: a history that nobody asks for must not hold what is over
    /// @param bytes that the rows may come to hold
    private record Kept(HistoryRows rows, WeakReference<CatalogSnapshot> catalog, long bytes) {
        @SuppressWarnings("ReferenceEquality") // one object is one state, of the catalog and of the history
        boolean of(UserHistory history, CatalogSnapshot wanted) {
            return rows.history() == history && catalog.get() == wanted;
        }
    }

    /// The most bytes of rows and scores, by what they may come to hold; those of the least lately used users go first,
    /// and their histories stay.
    private static final long MAX_BYTES = 128L << 20;

    /// More than so many new events are read with all others.
    private static final int MAX_FOLLOWED = 100;

    /// @param capacity how many users are kept, 1 to 1,000,000; the least lately used goes first
    public UserHistories(Interactions interactions, int capacity) {
        this.interactions = interactions;
        this.capacity = Require.range("capacity", capacity, 1, 1_000_000);
    }

    /// The user's history; empty for an unknown user.
    public UserHistory of(UserId user) {
        Read known;
        long before;
        synchronized (kept) {
            known = kept.get(user);
            if (known != null && known.current) {
                return known.history;
            }
            before = changes;
        }
        Read read = read(user, known);
        synchronized (kept) {
            if (before == changes) {
                kept.put(user, read);
                while (kept.size() > capacity) {
                    remove(kept.firstEntry().getKey());
                }
            }
        }
        return read.history;
    }

    private Read read(UserId user, @Nullable Read known) {
        return Optional.ofNullable(known)
                .flatMap(earlier -> earlier.with(interactions.eventsSince(user, earlier.arrival, MAX_FOLLOWED)))
                .orElseGet(() -> Read.of(interactions.events(user, UserHistory.MAX_EVENTS)));
    }

    /// The user's history by the rows of a snapshot: the same object until either changes, while it is kept.
    @SuppressWarnings("ReferenceEquality") // one object is one state of the history
    public HistoryRows rows(UserId user, CatalogSnapshot catalog) {
        UserHistory history = of(user);
        synchronized (kept) {
            Kept known = keptRows.get(user);
            if (known != null && known.of(history, catalog)) {
                return known.rows;
            }
        }
        HistoryRows made = HistoryRows.of(history, catalog, IdHash.of(user.value()));
        synchronized (kept) {
            Read read = kept.get(user);
            if (read != null && read.current && read.history == history) {
                removeRows(user);
                Kept next = new Kept(made, new WeakReference<>(catalog), made.mostBytes(catalog.size()));
                keptRows.put(user, next);
                bytes += next.bytes;
                while (bytes > MAX_BYTES && keptRows.size() > 1) {
                    removeRows(keptRows.firstEntry().getKey());
                }
            }
        }
        return made;
    }

    /// The same without what came after an arrival, for a list whose trace names that.
    public HistoryRows rows(UserId user, CatalogSnapshot catalog, long arrival) {
        HistoryRows now = rows(user, catalog);
        if (interactions.arrival() <= arrival) {
            return now;
        }
        UserHistory then = UserHistory.of(interactions.asOf(arrival).events(user, UserHistory.MAX_EVENTS));
        return then.equals(now.history()) ? now : HistoryRows.of(then, catalog);
    }

    private void remove(UserId user) {
        kept.remove(user);
        removeRows(user);
    }

    private void removeRows(UserId user) {
        Kept removed = keptRows.remove(user);
        bytes -= removed == null ? 0 : removed.bytes;
    }

    /// Notes that the user may have done more: the next request reads what came since.
    public void changed(UserId user) {
        synchronized (kept) {
            changes++;
            kept.computeIfPresent(user, (same, read) -> read.outdated());
            removeRows(user);
        }
    }

    /// Lets go of a user's history: the next request reads all of it anew.
    public void forget(UserId user) {
        synchronized (kept) {
            changes++;
            remove(user);
        }
    }

    /// Lets go of all.
    public void forgetAll() {
        synchronized (kept) {
            changes++;
            kept.clear();
            keptRows.clear();
            bytes = 0;
        }
    }

    @Override
    public String name() {
        return "history cache";
    }

    @Override
    public long erase(UserId user) {
        long had = remaining(user);
        forget(user);
        return had;
    }

    /// Whether the next request finds the user's history read.
    public boolean keeps(UserId user) {
        synchronized (kept) {
            Read read = kept.get(user);
            return read != null && read.current;
        }
    }

    @Override
    public long remaining(UserId user) {
        synchronized (kept) {
            return kept.containsKey(user) ? 1 : 0;
        }
    }

    /// How many users are kept.
    public int size() {
        synchronized (kept) {
            return kept.size();
        }
    }
}
