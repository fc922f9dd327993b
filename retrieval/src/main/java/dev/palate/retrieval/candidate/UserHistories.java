package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.UserId;
import java.util.LinkedHashMap;

/// The histories of the users lately served, in front of the interaction log. Thread-safe.
///
/// A history read while its user was being forgotten is handed out but not kept, so that no entry is older than the
/// last [#forget] of its user.
public final class UserHistories implements ErasurePlace {
    private final Interactions interactions;
    private final int capacity;
    private final LinkedHashMap<UserId, UserHistory> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long forgotten;

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
        UserHistory read = UserHistory.of(interactions.ofUser(user, UserHistory.MAX_EVENTS));
        synchronized (kept) {
            if (before == forgotten) {
                kept.put(user, read);
                trim();
            }
        }
        return read;
    }

    private void trim() {
        var eldest = kept.entrySet().iterator();
        while (kept.size() > capacity) {
            eldest.next();
            eldest.remove();
        }
    }

    /// Lets go of a user's history: the next request reads it anew.
    public void forget(UserId user) {
        synchronized (kept) {
            forgotten++;
            kept.remove(user);
        }
    }

    /// Lets go of all.
    public void forgetAll() {
        synchronized (kept) {
            forgotten++;
            kept.clear();
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
