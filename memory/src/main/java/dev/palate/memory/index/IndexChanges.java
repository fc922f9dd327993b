package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.VectorModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    private final Sources sources;
    private final IndexOptions options;
    private final Stores stores;
    private final ItemIndex items;
    private final MemoryIndex memories;
    private final Encodings encodings;
    private final EncoderChange change;
    private final FeedFollower follower;
    private final IndexErasure erasure;
    private final IndexWork work;
    private final EncodingWorker worker;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread indexThread;
    private final Thread encodingThread;
    private final Thread upkeepThread;

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
        TextAnalysis analysis = new TextAnalysis();
        stores = Stores.open(directory.resolve("index"), encoder, options.vectorFormat(), analysis.analyzer());
        change = EncoderChange.of(stores.items().committed(), stores.memories().committed(), encoder, others);
        encodings = encodings(directory, change.serving(), stores);
        items = new ItemIndex(stores.items(), analysis, change.fields());
        memories = new MemoryIndex(stores.memories(), analysis, change.fields());
        IndexWrites writes = new IndexWrites(items, memories, sources, stores.vectors());
        FeedFollower.Targets targets = new FeedFollower.Targets(stores, items, memories, change, writes);
        Orders orders = new Orders();
        follower = new FeedFollower(sources, options, targets, orders, closing);
        erasure = new IndexErasure(memories, writes, follower, orders);
        EncodingOrders encoded = new EncodingOrders(orders, follower, targets, encodings, options);
        EncoderSwitch encoderSwitch = new EncoderSwitch(encodings, encoder, targets, follower);
        work = new IndexWork(sources.changes(), stores, follower, orders, encoderSwitch, encoded, closing);
        worker = new EncodingWorker(
                new EncodingWorker.Work(
                        items,
                        memories,
                        sources.catalog(),
                        sources.memories(),
                        encoder,
                        options.encodingThreads(),
                        stores.vectors(),
                        encoded),
                closing);
        indexThread = Thread.ofPlatform().daemon().name("palate-index").unstarted(work);
        encodingThread = Thread.ofPlatform().daemon().name("palate-encoding").unstarted(worker);
        upkeepThread = Thread.ofPlatform()
                .daemon()
                .name("palate-upkeep")
                .unstarted(new SegmentUpkeep(
                        List.of(stores.memories(), stores.items()),
                        options.settleAfter(),
                        options.settleLeast(),
                        closing));
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

    /// As above; when the index was made with another encoder and that is to be had, searches by meaning use it and
    /// its
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

    /// The encoder whose vectors are searched: what is compared with the index must come from it. It is the earlier
    /// one
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
        return follower.applied().await(number, atMost);
    }

    /// True once searches see the change.
    public boolean applied(ChangeNumber number) {
        return follower.applied().number().compareTo(number) >= 0;
    }

    /// Waits until searches see every change so far and everything has its vector.
    ///
    /// @return false when the time was over before
    public boolean awaitEncoded(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        ChangeNumber latest = sources.changes().latest();
        if (!follower.applied().await(latest, atMost)) {
            return false;
        }
        while (items.pendingCount() + memories.pendingCount() > 0) {
            if (System.nanoTime() >= deadline || closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    /// The last change of the truth, to wait for with [#awaitApplied].
    public ChangeNumber latest() {
        return sources.changes().latest();
    }

    /// How vectors are kept for the graph.
    public VectorFormat vectorFormat() {
        return options.vectorFormat();
    }

    /// Has every document written anew from the truth, beside searches and writes, and those without a memory
    /// or item dropped; returns at once. A kill meanwhile is made up for at the next opening. Asked again while
    /// one is under way, one more follows.
    ///
    /// @return a number for [#rebuilt]
    public long rebuildAnew() {
        return follower.rebuildAnew();
    }

    /// True once what was asked for under the number is done.
    public boolean rebuilt(long number) {
        return follower.rebuilt(number);
    }

    /// Leaves off what was asked for under the number, and what was asked for before, at its next step.
    /// What it wrote anew so far stays, the rest stands as before, and searches have seen all of it
    /// throughout; asked for again it begins from its start. A rebuild that must be, after damage for
    /// one, is not left off.
    ///
    /// @return false when it was done before
    public boolean cancelRebuild(long number) {
        return follower.cancel(number);
    }

    /// True where what was asked for under the number was left off.
    public boolean rebuildCancelled(long number) {
        return follower.gaveUp(number);
    }

    /// True while an index is built anew, so that searches may see less than all.
    public boolean rebuildingNow() {
        return follower.rebuildProgress() < 1;
    }

    /// How far the indexes are.
    public IndexStatus status() {
        return new IndexStatus(
                follower.applied().number(),
                sources.changes().latest(),
                rebuildingNow(),
                follower.rebuildProgress(),
                items.count(),
                items.pendingCount(),
                memories.count(),
                memories.pendingCount(),
                encodings.current().id(),
                options.vectorFormat(),
                stores.rewritten(),
                change.underWay(),
                change.degraded(),
                work.failure());
    }

    /// How many texts could not be encoded since the start; they are found by words only.
    public long notEncoded() {
        return worker.notEncoded();
    }

    @Override
    public String name() {
        return erasure.name();
    }

    /// Removes the memories about the user and rewrites the segments that held them.
    ///
    /// @throws MemoryException `DEADLINE` when the index thread did not come to it within two minutes
    @Override
    public long erase(UserId user) {
        return erasure.erase(user);
    }

    @Override
    public long remaining(UserId user) {
        return erasure.remaining(user);
    }

    @Override
    public boolean holdsMemories() {
        return true;
    }

    /// As [#erase(UserId)], for memories.
    @Override
    public long erase(ErasedMemories erased) {
        return erasure.erase(erased);
    }

    @Override
    public long remaining(ErasedMemories erased) {
        return erasure.remaining(erased);
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
}
