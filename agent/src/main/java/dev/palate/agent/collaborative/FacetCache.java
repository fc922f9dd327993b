package dev.palate.agent.collaborative;

import dev.palate.memory.Require;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The facets that a model found, one set a user, while what they were made of is the same; some 2 KiB each. Made from
/// a user's words, they go with the user and with each of the user's memories that goes. Thread-safe.
final class FacetCache implements ErasurePlace {
    private record Kept(String key, List<Facet> facets) {}

    private final int capacity;
    private final Predicate<UserId> cancel;
    private final Map<UserId, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long forgotten;

    /// @param capacity users, 1 to 1,000,000; the least lately asked for goes first
    /// @param cancel keeps a model from being asked about a user who waits for it, and says whether the user did
    FacetCache(int capacity, Predicate<UserId> cancel) {
        this.cancel = cancel;
        this.capacity = Require.range("capacity", capacity, 1, 1_000_000);
    }

    synchronized Optional<List<Facet>> of(UserId user, String key) {
        return Optional.ofNullable(kept.get(user))
                .filter(one -> one.key.equals(key))
                .map(Kept::facets);
    }

    /// Goes up whenever something is forgotten.
    synchronized long forgotten() {
        return forgotten;
    }

    /// Keeps them, unless something was forgotten since.
    synchronized void keep(UserId user, String key, List<Facet> facets, long since) {
        if (since == forgotten) {
            kept.put(user, new Kept(key, List.copyOf(facets)));
            if (kept.size() > capacity) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
    }

    @Override
    public String name() {
        return "facets";
    }

    @Override
    public long erase(UserId user) {
        long waited = cancel.test(user) ? 1 : 0;
        synchronized (this) {
            forgotten++;
            return waited + (kept.remove(user) == null ? 0 : 1);
        }
    }

    @Override
    public synchronized long remaining(UserId user) {
        return kept.containsKey(user) ? 1 : 0;
    }

    @Override
    public boolean holdsMemories() {
        return true;
    }

    @Override
    public synchronized long erase(ErasedMemories memories) {
        forgotten++;
        long gone = 0;
        for (Subject subject : memories.subjects()) {
            if (subject instanceof Subject.OfUser(UserId user) && kept.remove(user) != null) {
                gone++;
            }
        }
        return gone;
    }

    @Override
    public synchronized long remaining(ErasedMemories memories) {
        return memories.subjects().stream()
                .filter(subject -> subject instanceof Subject.OfUser(UserId user) && kept.containsKey(user))
                .count();
    }
}
