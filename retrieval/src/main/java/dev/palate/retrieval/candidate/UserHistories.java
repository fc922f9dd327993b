package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.UserId;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// The histories of the users lately served, in front of the interaction log, with what sources made of them.
/// Thread-safe.
///
/// A history read while its user was being forgotten is handed out but not kept, so that no entry is older than the
/// last [#forget] of its user.
public final class UserHistories implements ErasurePlace {
    private final Interactions interactions;
    private final int capacity;
    private final LinkedHashMap<UserId, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long forgotten;
    private long bytes;

    /// @param catalog that the rows are of; null as long as only the history was asked for
    /// @param bytes that the rows may come to hold
    private record Kept(
            UserHistory history,
            @Nullable CatalogSnapshot catalog,
            @Nullable HistoryRows rows,
            long bytes) {}

    /// The most bytes of rows and scores, by what they may come to hold; the least lately used users go first.
    private static final long MAX_BYTES = 64L << 20;

    /// @param capacity how many users are kept, 1 to 1,000,000; the least lately used goes first
    public UserHistories(Interactions interactions, int capacity) {
        this.interactions = interactions;
        this.capacity = Require.range("capacity", capacity, 1, 1_000_000);
    }

    /// The user's history; empty for an unknown user.
    public UserHistory of(UserId user) {
        long before;
        synchronized (kept) {
            Kept known = kept.get(user);
            if (known != null) {
                return known.history;
            }
            before = forgotten;
        }
        UserHistory read = UserHistory.of(interactions.ofUser(user, UserHistory.MAX_EVENTS));
        synchronized (kept) {
            if (before == forgotten) {
                put(user, new Kept(read, null, null, 0));
            }
        }
        return read;
    }

    /// The user's history by the rows of a snapshot: the same object until either changes, while it is kept.
    @SuppressWarnings("ReferenceEquality") // one object is one state, of the catalog and of the history
    public HistoryRows rows(UserId user, CatalogSnapshot catalog) {
        UserHistory history = of(user);
        synchronized (kept) {
            Kept known = kept.get(user);
            if (known != null && known.history == history && known.catalog == catalog && known.rows != null) {
                return known.rows;
            }
        }
        HistoryRows made = HistoryRows.of(history, catalog);
        synchronized (kept) {
            Kept known = kept.get(user);
            if (known != null && known.history == history) {
                put(user, new Kept(history, catalog, made, made.mostBytes(catalog.size())));
            }
        }
        return made;
    }

    private void put(UserId user, Kept next) {
        remove(user);
        kept.put(user, next);
        bytes += next.bytes;
        while (kept.size() > capacity || (bytes > MAX_BYTES && kept.size() > 1)) {
            remove(kept.firstEntry().getKey());
        }
    }

    private void remove(UserId user) {
        Kept removed = kept.remove(user);
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
