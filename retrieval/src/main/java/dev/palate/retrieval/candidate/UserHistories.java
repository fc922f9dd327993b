package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.factor.IdHash;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;

/// The histories of the users lately served, in front of the interaction log, with what sources made of them.
/// Thread-safe.
///
/// A history read while its user was being forgotten is handed out but not kept, so that no entry is older than the
/// last [#forget] of its user.
public final class UserHistories implements ErasurePlace {
    private final Interactions interactions;
    private final int capacity;
    private final LinkedHashMap<UserId, UserHistory> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashMap<UserId, Kept> keptRows = new LinkedHashMap<>(16, 0.75f, true);
    private long forgotten;
    private long bytes;

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

    /// @param capacity how many users are kept, 1 to 1,000,000; the least lately used goes first
    public UserHistories(Interactions interactions, int capacity) {
        this.interactions = interactions;
        this.capacity = Require.range("capacity", capacity, 1, 1_000_000);
    }

    /// The user's history; empty for an unknown user.
    public UserHistory of(UserId user) {
        long before;
        synchronized (kept) {
            UserHistory known = kept.get(user);
            if (known != null) {
                return known;
            }
            before = forgotten;
        }
        UserHistory read = UserHistory.of(interactions.events(user, UserHistory.MAX_EVENTS));
        synchronized (kept) {
            if (before == forgotten) {
                kept.put(user, read);
                while (kept.size() > capacity) {
                    remove(kept.firstEntry().getKey());
                }
            }
        }
        return read;
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
            if (kept.get(user) == history) {
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

    /// Lets go of a user's history: the next request reads it anew.
    public void forget(UserId user) {
        synchronized (kept) {
            forgotten++;
            remove(user);
        }
    }

    /// Lets go of all.
    public void forgetAll() {
        synchronized (kept) {
            forgotten++;
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
