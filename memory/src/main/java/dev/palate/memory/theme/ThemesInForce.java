package dev.palate.memory.theme;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The themes of the catalog as it is. Nobody waits for them: a call that finds items changed has them read behind it
/// and gets those of before, none before the first. Between two reads behind calls lies a pause of four times as
/// long as the last took, so that an import does not have the catalog read without end. Thread-safe.
public final class ThemesInForce {
    private static final System.Logger LOG = System.getLogger(ThemesInForce.class.getName());
    private static final int PAGE = 1_000;
    private static final int MAX_PAGES = 50;
    private static final int PAUSE = 4;

    private record Read(KnownThemes themes, ChangeNumber seen) {}

    private final Catalog catalog;
    private final Changes changes;
    private final Set<String> approved;
    private final ReentrantLock reading = new ReentrantLock();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicReference<@Nullable Read> read = new AtomicReference<>();
    private volatile long notBefore = System.nanoTime();

    /// @param approved tags that are themes however few items have them
    public ThemesInForce(Catalog catalog, Changes changes, Set<String> approved) {
        this.catalog = catalog;
        this.changes = changes;
        this.approved = Set.copyOf(approved);
    }

    /// The same object until the catalog changes.
    public KnownThemes current() {
        Read now = read.get();
        if ((now == null || changes.latest().compareTo(now.seen) > 0)
                && System.nanoTime() - notBefore >= 0
                && begun.compareAndSet(false, true)) {
            Thread.ofVirtual().name("palate-themes").start(() -> {
                try {
                    refreshed();
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.WARNING, "the catalog's themes cannot be read; the last ones stay", e);
                } finally {
                    begun.set(false);
                }
            });
        }
        return now == null ? KnownThemes.NONE : now.themes;
    }

    /// As [#current], but waits for the first.
    public KnownThemes known() {
        return read.get() == null ? refreshed() : current();
    }

    /// Those of now; waits until they are read.
    public KnownThemes refreshed() {
        reading.lock();
        try {
            Read before = read.get();
            ChangeNumber latest = changes.latest();
            Read next = before == null || itemsChanged(before.seen)
                    ? new Read(scanned(), latest)
                    : new Read(before.themes, latest);
            read.set(next);
            return next.themes;
        } finally {
            reading.unlock();
        }
    }

    private KnownThemes scanned() {
        long start = System.nanoTime();
        KnownThemes themes = KnownThemes.of(catalog, approved);
        long end = System.nanoTime();
        notBefore = end + PAUSE * (end - start);
        return themes;
    }

    private boolean itemsChanged(ChangeNumber since) {
        ChangeNumber seen = since;
        for (int page = 0; page < MAX_PAGES; page++) {
            List<Change> next = changes.after(seen, PAGE);
            if (next.stream().anyMatch(change -> change.type() == Change.Type.ITEM)) {
                return true;
            }
            if (next.size() < PAGE) {
                return false;
            }
            seen = next.getLast().number();
        }
        return true;
    }
}
