package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The themes of those who liked each item, in front of the store: of each item those weights that count, by theme
/// name.
/// A request never waits: it gets what was read last, and has the changes since read behind it at most once an
/// interval.
/// Thread-safe.
public final class Audiences implements AutoCloseable {
    /// No item has any.
    public static final Audiences NONE = new Audiences(Duration.ofDays(1), null, () -> KnownThemes.NONE);

    private static final System.Logger LOG = System.getLogger(Audiences.class.getName());
    private static final int PAGE = 5_000;
    /// Weights kept, some 100 bytes each; of more those read later are left out, which is said once.
    private static final int MOST = 1_000_000;

    private final @Nullable ThemeWeights weights;
    private final Supplier<KnownThemes> themes;
    private final long intervalNanos;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final ReentrantLock reading = new ReentrantLock();
    // Of who holds the lock only.
    private final Map<ItemId, Map<String, Long>> known = new HashMap<>();
    private long position;
    private int count;
    private boolean said;
    private boolean changed;
    private volatile Map<ItemId, Map<String, Long>> current = Map.of();
    private volatile long next;
    private volatile boolean closed;
    private final AtomicLong erasures = new AtomicLong();

    /// @param interval between two reads, 1 ms to 1 day
    /// @param themes of the catalog in force, the same object while they are the same
    public Audiences(ThemeWeights weights, Duration interval, Supplier<KnownThemes> themes) {
        this(interval, weights, themes);
    }

    private Audiences(Duration interval, @Nullable ThemeWeights weights, Supplier<KnownThemes> themes) {
        this.weights = weights;
        this.themes = themes;
        intervalNanos = Require.range("interval in ms", interval.toMillis(), 1, 86_400_000) * 1_000_000;
        next = System.nanoTime();
    }

    /// By item, then theme name: weights that five or more gave, above 0. The same object until it changes; immutable.
    public Map<ItemId, Map<String, Long>> current() {
        if (weights != null && !closed && System.nanoTime() - next >= 0 && begun.compareAndSet(false, true)) {
            Thread.ofVirtual().name("palate-audiences").start(() -> {
                try {
                    readNow();
                } catch (RuntimeException e) {
                    if (!closed) {
                        LOG.log(System.Logger.Level.WARNING, "theme weights cannot be read; the last ones stay", e);
                    }
                } finally {
                    next = System.nanoTime() + intervalNanos;
                    begun.set(false);
                }
            });
        }
        return current;
    }

    /// The themes of the catalog: a weight of what is none any more does not count.
    KnownThemes themes() {
        return themes.get();
    }

    /// Goes up with every erasure: what was made of the weights before it must not be used.
    long erasures() {
        return erasures.get();
    }

    /// What an erasure asks: after a read nothing is held that the truth does not have, whoever gave it.
    public ErasurePlace erasure() {
        return new ErasurePlace() {
            @Override
            public String name() {
                return "audiences of items";
            }

            @Override
            public long erase(UserId user) {
                readNow();
                erasures.incrementAndGet();
                return 0;
            }

            @Override
            public long remaining(UserId user) {
                readNow();
                return 0;
            }
        };
    }

    private void readNow() {
        reading.lock();
        try {
            read();
        } finally {
            reading.unlock();
        }
    }

    /// What was noted before a read failed is handed out by the next one that does not.
    private void read() {
        ThemeWeights from = weights;
        while (from != null && !closed) {
            List<ThemeWeights.ItemChange> page = from.itemsChangedAfter(position, PAGE);
            if (page.isEmpty()) {
                break;
            }
            page.forEach(this::note);
            position = page.getLast().number();
            changed = true;
        }
        if (changed) {
            current = Map.copyOf(known);
            changed = false;
        }
    }

    private void note(ThemeWeights.ItemChange change) {
        Map<String, Long> themes = new HashMap<>(known.getOrDefault(change.item(), Map.of()));
        int before = themes.size();
        boolean counts = change.contributors() >= ThemeWeight.FEWEST_CONTRIBUTORS && change.weight() > 0;
        if (!counts) {
            themes.remove(change.theme());
        } else if (themes.containsKey(change.theme()) || count < MOST) {
            themes.put(change.theme(), change.weight());
        } else if (!said) {
            said = true;
            LOG.log(System.Logger.Level.WARNING, "more than {0} theme weights: the others do not count", MOST);
        }
        count += themes.size() - before;
        if (themes.isEmpty()) {
            known.remove(change.item());
        } else {
            known.put(change.item(), Map.copyOf(themes));
        }
    }

    /// Reads no more.
    @Override
    public void close() {
        closed = true;
    }
}
