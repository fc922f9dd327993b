package dev.palate.retrieval.candidate;

import dev.palate.retrieval.factor.History;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// A user's history by the rows of one catalog snapshot, and what sources made of it: it stays the same until the user
/// does something, the catalog changes or whatever else the source went by, and most requests come in between. Arrays
/// are shared: do not modify. Thread-safe.
public final class HistoryRows {
    /// Of somebody of whom nothing is known.
    public static final HistoryRows EMPTY = new HistoryRows(UserHistory.EMPTY, new int[0], new long[0], History.NOBODY);

    /// How many arrays over all items sources may keep here: one of each that keeps any.
    private static final int MAX_KEPT = 11;

    /// Bytes of what a source may keep beside its array, such as the events that reasons name.
    private static final long BESIDE = 2_000;

    private final UserHistory history;
    private final int[] rows;
    private final long[] times;
    private final long owner;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();
    private volatile BestRows best = new BestRows(new BitSet(), 0);

    /// @param basis the objects that the answer follows from, besides the history; held loosely, lest a history that
    ///     nobody asks for holds a model or a catalog that is over
    private record Kept(List<WeakReference<Object>> basis, Object answer) {
        @SuppressWarnings("ReferenceEquality") // one object is one state
        boolean of(List<Object> objects) {
            if (basis.size() != objects.size()) {
                return false;
            }
            for (int at = 0; at < basis.size(); at++) {
                if (basis.get(at).get() != objects.get(at)) {
                    return false;
                }
            }
            return true;
        }
    }

    private HistoryRows(UserHistory history, int[] rows, long[] times, long owner) {
        this.owner = owner;
        this.history = history;
        this.rows = rows;
        this.times = times;
    }

    /// Of those events that tell of taste and whose item the catalog has, of a user who is not named.
    public static HistoryRows of(UserHistory history, CatalogSnapshot catalog) {
        return of(history, catalog, History.NOBODY);
    }

    /// The same of a user.
    ///
    /// @param owner as in [History]
    public static HistoryRows of(UserHistory history, CatalogSnapshot catalog, long owner) {
        List<UserHistory.Event> events = history.tasteEvents();
        int[] rows = new int[events.size()];
        long[] times = new long[events.size()];
        int count = 0;
        for (UserHistory.Event event : events) {
            int row = catalog.row(event.item());
            if (row >= 0) {
                rows[count] = row;
                // An app may have sent an interaction of a time to come.
                times[count] = count == 0 ? event.at() : Math.max(times[count - 1], event.at());
                count++;
            }
        }
        return new HistoryRows(history, Arrays.copyOf(rows, count), Arrays.copyOf(times, count), owner);
    }

    /// What the rows are of.
    public UserHistory history() {
        return history;
    }

    /// Rows that tell of the user's taste, oldest first.
    int[] rows() {
        return rows;
    }

    /// Whose they are, as in [History].
    long owner() {
        return owner;
    }

    /// When it was, in seconds since 1970, never before the one before.
    long[] times() {
        return times;
    }

    /// What a source made of this history, made now when there is none or when it followed from other objects. What is
    /// kept must hold no more than one array over all items.
    ///
    /// @param basis compared by identity, so that each object must be one state of what it stands for
    @SuppressWarnings("unchecked") // each signal is one source's, and that keeps one type
    <T> T kept(String signal, List<Object> basis, Supplier<T> make) {
        Kept known = kept.get(signal);
        if (known != null && known.of(basis)) {
            return (T) known.answer;
        }
        T made = make.get();
        if (kept.size() < MAX_KEPT || known != null) {
            kept.put(signal, new Kept(basis.stream().map(WeakReference::new).toList(), made));
        }
        return made;
    }

    /// True when [#kept] would make nothing.
    boolean has(String signal, List<Object> basis) {
        Kept known = kept.get(signal);
        return known != null && known.of(basis);
    }

    /// The best rows of the answers to the last request that allowed the same; those of one set of rows are kept.
    ///
    /// @param allowed rows that may be shown
    /// @param perSource how many rows of each source
    public BestRows best(BitSet allowed, int perSource) {
        BestRows known = best;
        if (!known.isOf(allowed, perSource)) {
            known = new BestRows(allowed, perSource);
            best = known;
        }
        return known;
    }

    /// The most bytes that this may come to hold over a catalog of so many items.
    long mostBytes(int items) {
        return 100L * history.events().size()
                + 12L * rows.length
                + (4L * items + BESIDE) * MAX_KEPT
                + BestRows.mostBytes(items);
    }
}
