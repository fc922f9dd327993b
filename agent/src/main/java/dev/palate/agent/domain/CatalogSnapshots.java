package dev.palate.agent.domain;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.interaction.Interactions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The snapshot of the catalog in force. Thread-safe. The first call builds it; when items have changed since, a call
/// starts a rebuild in the background and answers with the old one.
public final class CatalogSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogSnapshots.class);
    private static final int PAGE = 1_000;
    private static final int MAX_PAGES = 50;

    private record Built(CatalogSnapshot snapshot, ChangeNumber seen) {}

    private final Lexicon lexicon;
    private final Catalog catalog;
    private final Interactions interactions;
    private final Changes changes;
    private final ReentrantLock building = new ReentrantLock();
    private final AtomicReference<@Nullable Built> built = new AtomicReference<>();

    /// Over the truth.
    public CatalogSnapshots(Lexicon lexicon, Catalog catalog, Interactions interactions, Changes changes) {
        this.lexicon = lexicon;
        this.catalog = catalog;
        this.interactions = interactions;
        this.changes = changes;
    }

    /// The snapshot in force.
    public CatalogSnapshot current() {
        Built now = built.get();
        if (now == null) {
            return rebuild(null).snapshot();
        }
        if (changes.latest().compareTo(now.seen()) > 0 && !building.isLocked()) {
            Thread.ofVirtual().name("catalog-snapshot").start(() -> refresh(now));
        }
        return now.snapshot();
    }

    /// Builds it anew and waits for it; after an import, or in a test.
    public CatalogSnapshot refreshed() {
        return rebuild(built.get()).snapshot();
    }

    private void refresh(Built old) {
        ChangeNumber seen = old.seen();
        for (int page = 0; page < MAX_PAGES; page++) {
            List<Change> next = changes.after(seen, PAGE);
            if (next.stream().anyMatch(change -> change.type() == Change.Type.ITEM)) {
                rebuild(old);
                return;
            }
            if (next.size() < PAGE) {
                ChangeNumber last = next.isEmpty() ? seen : next.getLast().number();
                built.compareAndSet(old, new Built(old.snapshot(), last));
                return;
            }
            seen = next.getLast().number();
        }
        rebuild(old);
    }

    private void warn(DomainFit fit) {
        if (fit.foreign()) {
            LOG.warn(
                    "the domain pack {} has words for the categories of {} of {} items only, not for {}; ./palate domain"
                            + " draft makes one of this catalog, palate.domain names it",
                    lexicon.pack().name(),
                    fit.described(),
                    fit.items(),
                    fit.unnamed());
        }
    }

    private Built rebuild(@Nullable Built old) {
        building.lock();
        try {
            Built now = built.get();
            if (now != null && !now.equals(old)) {
                return now;
            }
            ChangeNumber seen = changes.latest();
            List<Item> items = new ArrayList<>();
            catalog.scan(items::add);
            Map<ItemId, Integer> counts = interactions.countsSince(Instant.EPOCH);
            Built next = new Built(new CatalogSnapshot(items, counts, lexicon), seen);
            if (now == null) {
                warn(DomainFit.of(next.snapshot(), items));
            }
            built.set(next);
            return next;
        } finally {
            building.unlock();
        }
    }
}
