package dev.palate.memory.sql;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Rows that every request asks for, such as that of its key, kept from one change of the database to the next: what is
/// handed out is as it was at the newest commit, and nothing of a user stays in the heap after an erasure. What is not
/// there is not kept. Thread-safe; an answer from here takes no connection.
///
/// @param <K> what is asked by
/// @param <V> the row, immutable
final class KeptRows<K, V> {
    private static final int MOST = 10_000;

    private final ConcurrentMap<K, Kept<V>> rows = new ConcurrentHashMap<>();
    private final AtomicLong written = new AtomicLong();
    private final LongSupplier latestChange;

    private record Kept<V>(V row, long change, long write) {}

    /// @param latestChange the newest committed change number
    KeptRows(LongSupplier latestChange) {
        this.latestChange = latestChange;
    }

    /// The row, read where it is not kept.
    Optional<V> get(K key, Function<K, Optional<V>> read) {
        // Both before the reading: a row that a commit overtook is not served again.
        long change = latestChange.getAsLong();
        long write = written.get();
        Kept<V> kept = rows.get(key);
        if (kept != null && kept.change == change && kept.write == write) {
            return Optional.of(kept.row);
        }
        Optional<V> row = read.apply(key);
        if (rows.size() >= MOST) {
            rows.clear();
        }
        row.ifPresent(there -> keep(key, new Kept<>(there, change, write)));
        return row;
    }

    /// What was read before a commit and comes here after it would not be served, but lie here until the
    /// next one: of an erased user, for one.
    private void keep(K key, Kept<V> kept) {
        rows.put(key, kept);
        if (latestChange.getAsLong() != kept.change || written.get() != kept.write) {
            rows.remove(key, kept);
        }
    }

    /// A row was written that is no change of the feed.
    void written() {
        written.incrementAndGet();
        rows.clear();
    }

    /// A change was committed.
    void clear() {
        rows.clear();
    }

    int size() {
        return rows.size();
    }
}
