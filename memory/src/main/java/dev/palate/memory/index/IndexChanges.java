package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.VectorModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The indexes over one data directory and the thread that keeps them in step with the truth.
///
/// The thread reads the numbered feed of changes, writes the present state of what changed, makes it searchable, and
/// commits now and then with the number reached; after a crash the rest is replayed. An index that follows another
/// database, epoch or encoder, is ahead of the database, behind its horizon or damaged is built anew while it serves
/// what it has. Vectors are computed in the background. Thread-safe.
public final class IndexChanges implements ErasurePlace, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexChanges.class);
    private static final int BATCH = 1_000;
    private static final int RETIRED_BATCH = 200;
    private static final Duration ORDER_DEADLINE = Duration.ofMinutes(2);
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration IDLE_WHILE_ENCODING = Duration.ofMillis(10);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    private final Sources sources;
    private final IndexOptions options;
    private final Position origin;
    private final Stores stores;
    private final ItemIndex items;
    private final MemoryIndex memories;
    private final Encodings encodings;
    private final TextEncoder encoder;
    private final EncoderChange change;
    private final IndexWrites writes;
    private final AppliedNumber applied = new AppliedNumber();
    private final AtomicLong wanted = new AtomicLong();
    private final Orders orders = new Orders();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread indexThread;
    private final Thread encodingThread;
    private final Thread upkeepThread;

    private volatile double rebuildProgress = 1;
    private volatile @Nullable String failure;
    private volatile boolean encodingBusy;
    private volatile long rebuilt;
    // Of the index thread only.
    private boolean rebuildItems;
    private boolean rebuildMemories;
    private ChangeNumber resumeAt = ChangeNumber.NONE;
    private ChangeNumber committed = ChangeNumber.NONE;
    private int uncommitted;
    private boolean clearItems;
    private boolean clearMemories;
    // Changes are applied beside the rebuild under way: nothing was cleared and both indexes stand at the same change.
    private boolean following;
    private boolean dropping = true;
    private long committedAtNanos = System.nanoTime();

    /// Where the truth is.
    ///
    /// @param cold which memories get no vector here
    public record Sources(Changes changes, Catalog catalog, Memories memories, ColdMemories cold) {
        /// Without a cold tier.
        public Sources(Changes changes, Catalog catalog, Memories memories) {
            this(changes, catalog, memories, ColdMemories.NONE);
        }
    }

    private IndexChanges(
            Path directory,
            Sources sources,
            TextEncoder encoder,
            Function<String, Optional<TextEncoder>> others,
            IndexOptions options) {
        this.sources = sources;
        this.options = options;
        this.encoder = encoder;
        TextAnalysis analysis = new TextAnalysis();
        stores = Stores.open(directory.resolve("index"), encoder, options.vectorFormat(), analysis.analyzer());
        change = EncoderChange.of(stores.items().committed(), stores.memories().committed(), encoder, others);
        encodings = encodings(directory, change.serving(), stores);
        items = new ItemIndex(stores.items(), analysis, change.fields());
        memories = new MemoryIndex(stores.memories(), analysis, change.fields());
        writes = new IndexWrites(items, memories, sources, stores.vectors());
        origin = new Position(
                sources.changes().databaseId(), sources.changes().epoch(), "", "", "", 0, ChangeNumber.NONE);
        findPosition();
        EncodingWorker worker = new EncodingWorker(
                new EncodingWorker.Work(
                        items,
                        memories,
                        sources.catalog(),
                        sources.memories(),
                        encoder,
                        options.encodingThreads(),
                        stores.vectors(),
                        new Encoded()),
                closing);
        indexThread = Thread.ofPlatform().daemon().name("palate-index").unstarted(this::run);
        encodingThread = Thread.ofPlatform().daemon().name("palate-encoding").unstarted(worker);
        upkeepThread = Thread.ofPlatform()
                .daemon()
                .name("palate-upkeep")
                .unstarted(
                        new SegmentUpkeep(List.of(stores.memories(), stores.items()), options.settleAfter(), closing));
    }

    private static Encodings encodings(Path directory, TextEncoder serving, Stores stores) {
        try {
            return new Encodings(directory.resolve(EncodingVersion.FILE_NAME), serving);
        } catch (RuntimeException e) {
            // The next attempt of this process, with a sound file, must not find the locks held.
            stores.close();
            throw e;
        }
    }

    /// Opens the indexes below `directory` and starts to follow the truth; returns before they have caught up. The
    /// encoder and the sources stay the caller's and must outlive this.
    ///
    /// @throws MemoryException `DIRECTORY_HELD`, `BAD_FILE` for a damaged encoding version, or `STORAGE`
    /// @throws IllegalStateException when the JVM runs without the vector module
    public static IndexChanges open(Path directory, Sources sources, TextEncoder encoder, IndexOptions options) {
        return open(directory, sources, encoder, version -> Optional.empty(), options);
    }

    /// As above; when the index was made with another encoder and that is to be had, searches by meaning use it and its
    /// vectors until all is encoded anew.
    ///
    /// @param others finds the encoder of a version; stays the caller's to close
    public static IndexChanges open(
            Path directory,
            Sources sources,
            TextEncoder encoder,
            Function<String, Optional<TextEncoder>> others,
            IndexOptions options) {
        VectorModule.require();
        try {
            Files.createDirectories(directory.resolve("index"));
        } catch (IOException e) {
            throw new MemoryException(MemoryException.Code.STORAGE, "could not make " + directory + "/index: " + e, e);
        }
        IndexChanges changes = new IndexChanges(directory, sources, encoder, others, options);
        changes.indexThread.start();
        changes.encodingThread.start();
        changes.upkeepThread.start();
        return changes;
    }

    /// The index of items.
    public ItemIndex items() {
        return items;
    }

    /// The index of memories.
    public MemoryIndex memories() {
        return memories;
    }

    /// The encoder whose vectors are searched: what is compared with the index must come from it. It is the earlier one
    /// until a change of encoders is complete. Closing it does nothing.
    public TextEncoder encoder() {
        return change.serving();
    }

    /// The encoding version in force.
    public EncodingVersion encoding() {
        return encodings.current();
    }

    /// Fixes the centring mean to that of the items encoded now, unless it is fixed or there are none; happens by
    /// itself once enough items are encoded and none waits.
    public EncodingVersion fixEncoding() {
        return encodings.fix(items.freshVectors());
    }

    /// Waits until searches see the change.
    ///
    /// @return false when the time was over before
    public boolean awaitApplied(ChangeNumber number, Duration atMost) throws InterruptedException {
        return applied.await(number, atMost);
    }

    /// Waits until searches see every change so far and everything has its vector.
    ///
    /// @return false when the time was over before
    public boolean awaitEncoded(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        ChangeNumber latest = sources.changes().latest();
        if (!applied.await(latest, atMost)) {
            return false;
        }
        while (items.pendingCount() + memories.pendingCount() > 0) {
            if (System.nanoTime() >= deadline || closing.await(IDLE.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    /// Has every document written anew from the truth, beside searches and writes, and those without a memory
    /// or item
    /// dropped; returns at once. A kill meanwhile is made up for at the next opening. Asked again
    /// while one is under way, one more follows.
    ///
    /// @return a number for [#rebuilt]
    public long rebuildAnew() {
        return wanted.incrementAndGet();
    }

    /// True once what was asked for under the number is done.
    public boolean rebuilt(long number) {
        return rebuilt >= number;
    }

    /// True while an index is built anew, so that searches may see less than all.
    public boolean rebuildingNow() {
        return rebuildProgress < 1;
    }

    /// How far the indexes are.
    public IndexStatus status() {
        return new IndexStatus(
                applied.number(),
                sources.changes().latest(),
                rebuildProgress < 1,
                rebuildProgress,
                items.count(),
                items.pendingCount(),
                memories.count(),
                memories.pendingCount(),
                encodings.current().id(),
                options.vectorFormat(),
                stores.rewritten(),
                change.underWay(),
                change.degraded(),
                failure);
    }

    @Override
    public String name() {
        return "memory index";
    }

    /// Removes the memories about the user and rewrites the segments that held them.
    ///
    /// @throws MemoryException `DEADLINE` when the index thread did not come to it within two minutes
    @Override
    public long erase(UserId user) {
        Subject subject = new Subject.OfUser(user);
        return erased(() -> {
            long before = memories.count(subject);
            memories.delete(subject);
            return before;
        });
    }

    @Override
    public long remaining(UserId user) {
        return orders.ask(
                () -> {
                    memories.store().refresh();
                    return memories.count(new Subject.OfUser(user));
                },
                ORDER_DEADLINE);
    }

    /// Deletes on the index thread, from every search at once and committed; rewrites the segments on the caller's,
    /// since
    /// at a million memories that takes minutes, in which changes go on being applied.
    private long erased(Supplier<Long> deletion) {
        long before = orders.ask(
                () -> {
                    long count = deletion.get();
                    memories.store().refresh();
                    commit();
                    return count;
                },
                ORDER_DEADLINE);
        memories.store().expunge();
        return before;
    }

    /// As [#erase(UserId)], for memories.
    @Override
    public long erase(ErasedMemories erased) {
        return erased(() -> {
            long before = memories.count(erased.ids());
            erased.ids().forEach(memories::delete);
            return before;
        });
    }

    @Override
    public long remaining(ErasedMemories erased) {
        return orders.ask(
                () -> {
                    memories.store().refresh();
                    return memories.count(erased.ids());
                },
                ORDER_DEADLINE);
    }

    /// Commits and closes; what the commit does not reach is replayed at the next opening.
    @Override
    public void close() {
        closing.countDown();
        boolean ended;
        try {
            ended = encodingThread.join(CLOSE_DEADLINE) & indexThread.join(CLOSE_DEADLINE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ended = false;
        }
        if (!ended) {
            LOG.warn("the index threads did not end within {} s", CLOSE_DEADLINE.toSeconds());
        }
        stores.close();
        try {
            upkeepThread.join(CLOSE_DEADLINE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (closing.getCount() > 0) {
            try {
                step();
                failure = null;
            } catch (CancellationException e) {
                LOG.debug("index work ended by closing");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (RuntimeException e) {
                failure = String.valueOf(e.getMessage());
                LOG.warn("the index cannot go on, next try in {} s", AFTER_FAILURE.toSeconds(), e);
                recover();
            }
        }
        orders.close();
        if (!rebuilding() && failure == null) {
            commit();
        }
    }

    private void step() throws InterruptedException {
        if (wanted.get() > rebuilt && !rebuilding()) {
            beginAnew();
        }
        if (rebuilding()) {
            rebuild();
        }
        boolean worked = applyNext();
        worked |= orders.run();
        worked |= !worked && endChange();
        boolean due =
                System.nanoTime() - committedAtNanos >= options.commitInterval().toNanos();
        long behind = applied.number().value() - committed.value();
        if (uncommitted > 0 && due || Math.max(uncommitted, behind) >= options.commitChanges()) {
            commit();
        }
        if (!worked) {
            sources.changes().await(applied.number(), encodingBusy ? IDLE_WHILE_ENCODING : IDLE);
        }
    }

    /// Applies the next batch; returns false when there is none.
    private boolean applyNext() {
        ChangeNumber from = applied.number();
        if (from.compareTo(sources.changes().horizon()) < 0) {
            LOG.info("the index stands at {}, before the oldest change kept; rebuilding", from.value());
            rebuildItems = true;
            rebuildMemories = true;
            return true;
        }
        List<Change> batch = sources.changes().after(from, BATCH);
        if (batch.isEmpty()) {
            return false;
        }
        Milestone.INDEX_APPLYING.reached();
        uncommitted += writes.apply(batch);
        applied.set(batch.getLast().number());
        Milestone.INDEX_APPLIED.reached();
        return true;
    }

    private void commit() {
        committed = applied.number();
        stores.commit(position(committed));
        uncommitted = 0;
        committedAtNanos = System.nanoTime();
    }

    private Position position(ChangeNumber number) {
        return change.stamped(origin.at(number), !rebuilding());
    }

    /// Lets searches use the new vectors once none waits for its own; returns false when there is nothing to do.
    private boolean endChange() {
        if (change.underWay()) {
            if (items.pendingCount() + memories.pendingCount() > 0) {
                return false;
            }
            Milestone.ENCODER_READY.reached();
            change.switchOver();
            Milestone.ENCODER_SWITCHED.reached();
            encodings.switchTo(encoder, items.freshVectors());
            Milestone.ENCODING_SWITCHED.reached();
            change.complete();
            dropping = true;
            commit();
            Milestone.ENCODER_COMMITTED.reached();
            return true;
        }
        boolean dropped = dropping && writes.dropRetired(RETIRED_BATCH);
        if (dropped) {
            Milestone.RETIRED_DROPPED.reached();
        }
        dropping = dropped;
        uncommitted += dropped ? RETIRED_BATCH : 0;
        return dropped;
    }

    /// Finds where to go on from what the two commits say, and what must be rebuilt.
    private void findPosition() {
        Optional<ChangeNumber> ofItems = Position.usable(stores.items().committed(), origin, sources.changes());
        Optional<ChangeNumber> ofMemories = Position.usable(stores.memories().committed(), origin, sources.changes());
        clearItems = ofItems.isEmpty();
        clearMemories = ofMemories.isEmpty();
        rebuildItems = clearItems || !marked(stores.items());
        rebuildMemories = clearMemories || !marked(stores.memories());
        memories.keepsAllFields(!rebuildMemories || clearMemories);
        resumeAt = Stream.of(ofItems, ofMemories)
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder())
                .orElse(ChangeNumber.NONE);
        committed = resumeAt;
        applied.set(rebuilding() ? ChangeNumber.NONE : resumeAt);
    }

    private boolean marked(LuceneStore store) {
        return store.committed().map(change::marked).orElse(false);
    }

    private boolean rebuilding() {
        return rebuildItems || rebuildMemories;
    }

    /// Both indexes are written anew from where they stand; the commit says so, for the case of a kill.
    private void beginAnew() {
        clearItems = false;
        clearMemories = false;
        rebuildItems = true;
        rebuildMemories = true;
        following = true;
        commit();
    }

    private void rebuild() {
        boolean both = rebuildItems && rebuildMemories;
        long asked = wanted.get();
        ChangeNumber start = sources.changes().latest();
        if (!following) {
            applied.set(ChangeNumber.NONE);
        }
        LOG.info(
                "rebuilding the index of {} at change {}",
                both ? "items and memories" : rebuildItems ? "items" : "memories",
                start.value());
        rebuildProgress = 0;
        if (rebuildItems) {
            writes.rebuildItems(clearItems, share -> progress(both ? share / 2 : share));
            rebuildItems = false;
        }
        if (rebuildMemories) {
            double before = rebuildProgress;
            writes.rebuildMemories(clearMemories, share -> progress(before + (1 - before) * share));
            if (!clearMemories) {
                writes.dropOrphans(() -> progress(rebuildProgress));
            }
            rebuildMemories = false;
        }
        Milestone.REBUILT.reached();
        memories.keepsAllFields(true);
        rebuildProgress = 1;
        if (!following) {
            applied.set(clearItems && clearMemories ? start : resumeAt);
        }
        following = false;
        commit();
        rebuilt = asked;
        LOG.info("rebuilt: {} items, {} memories", items.count(), memories.count());
    }

    private void progress(double share) {
        if (closing.getCount() == 0) {
            throw new CancellationException("closing");
        }
        rebuildProgress = Math.min(share, 0.999);
        Milestone.REBUILDING.reached();
        orders.run();
        if (following) {
            applyNext();
        }
    }

    private void recover() {
        try {
            closing.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
            if (stores.reopen()) {
                following = false;
                findPosition();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("the index could not be opened again", e);
        }
    }

    /// Takes what the encoding thread has.
    private final class Encoded implements EncodingWorker.Sink {
        @Override
        public boolean items(List<ItemId> ids, boolean refresh) {
            encodingBusy = true;
            return orders.ask(
                    () -> {
                        writes.items(ids);
                        uncommitted += ids.size();
                        if (refresh) {
                            items.store().refresh();
                        }
                        return true;
                    },
                    ORDER_DEADLINE);
        }

        @Override
        public boolean memories(List<MemoryId> ids, Map<VectorKey, float[]> encoded) {
            encodingBusy = true;
            return orders.ask(
                    () -> {
                        writes.memories(ids, encoded);
                        Milestone.VECTORS_WRITTEN.reached();
                        uncommitted += ids.size();
                        memories.store().refresh();
                        return true;
                    },
                    ORDER_DEADLINE);
        }

        @Override
        public void rested(Duration rest) {
            encodingBusy = false;
            if (!encodings.current().centred()
                    && rest.compareTo(options.encodingRest()) >= 0
                    && rebuildProgress == 1
                    && items.count() >= options.minCentred()) {
                fixEncoding();
            }
        }
    }
}
