package dev.palate.memory.index;

import dev.palate.memory.Milestone;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the two indexes in step with the numbered feed: finds where their commits stand, builds anew what cannot go
/// on
/// from there, applies what changed, and commits with the number reached. What it does is for the index thread only;
/// how far it is may be asked by any.
final class FeedFollower {
    private static final Logger LOG = LoggerFactory.getLogger(FeedFollower.class);
    private static final int BATCH = 1_000;

    private final IndexChanges.Sources sources;
    private final IndexOptions options;
    private final Position origin;
    private final Stores stores;
    private final ItemIndex items;
    private final MemoryIndex memories;
    private final EncoderChange change;
    private final IndexWrites writes;
    private final Orders orders;
    private final CountDownLatch closing;
    private final AppliedNumber applied = new AppliedNumber();
    private final AtomicLong wanted = new AtomicLong();

    private volatile double rebuildProgress = 1;
    private final AtomicLong cancelled = new AtomicLong();
    private volatile long rebuilt;
    private volatile long completed;
    // Of the index thread only.
    private boolean rebuildItems;
    private boolean rebuildMemories;
    private ChangeNumber resumeAt = ChangeNumber.NONE;
    private ChangeNumber committed = ChangeNumber.NONE;
    private int uncommitted;
    private boolean clearItems;
    private boolean clearMemories;
    // All there is comes from the rebuild under way, or will be dropped by it: the feed goes on from its start.
    private boolean whole;
    private @Nullable Begun begun;
    // Changes are applied beside the rebuild under way: nothing was cleared and both indexes stand at the same change.
    private boolean following;
    private long committedAtNanos = System.nanoTime();

    /// When the rebuild under way began, kept until it is complete: what changed since is in the feed.
    ///
    /// @param at the last change then
    /// @param asked the number of the last request then
    private record Begun(ChangeNumber at, long asked) {}

    /// What it follows into.
    record Targets(Stores stores, ItemIndex items, MemoryIndex memories, EncoderChange change, IndexWrites writes) {}

    /// @param orders run between the parts of a rebuild
    /// @param closing ends a rebuild when it is counted down
    FeedFollower(
            IndexChanges.Sources sources,
            IndexOptions options,
            Targets targets,
            Orders orders,
            CountDownLatch closing) {
        this.sources = sources;
        this.options = options;
        this.stores = targets.stores();
        this.items = targets.items();
        this.memories = targets.memories();
        this.change = targets.change();
        this.writes = targets.writes();
        this.orders = orders;
        this.closing = closing;
        origin = new Position(
                sources.changes().databaseId(), sources.changes().epoch(), "", "", "", 0, ChangeNumber.NONE);
        findPosition();
    }

    /// The last change that searches see, to wait for.
    AppliedNumber applied() {
        return applied;
    }

    /// See [IndexChanges#rebuildAnew].
    long rebuildAnew() {
        return wanted.incrementAndGet();
    }

    /// See [IndexChanges#rebuilt].
    boolean rebuilt(long number) {
        return rebuilt >= number;
    }

    /// See [IndexChanges#cancelRebuild].
    boolean cancel(long number) {
        cancelled.accumulateAndGet(number, Math::max);
        return !rebuilt(number);
    }

    /// See [IndexChanges#rebuildCancelled].
    boolean gaveUp(long number) {
        return rebuilt >= number && completed < number;
    }

    /// Of what is built anew, in [0, 1]; 1 when nothing is.
    double rebuildProgress() {
        return rebuildProgress;
    }

    /// Builds anew what must be, then applies the next changes; returns false when there were none.
    boolean goOn() {
        long asked = wanted.get();
        if (asked > rebuilt && !rebuilding()) {
            if (cancelled.get() >= asked) {
                rebuilt = asked;
            } else {
                beginAnew();
            }
        }
        if (rebuilding()) {
            try {
                rebuild();
            } catch (GivenUp e) {
                giveUp();
            }
        }
        return applyNext();
    }

    /// So many things were written beside the feed.
    void wrote(int count) {
        uncommitted += count;
    }

    /// Commits when enough was written or enough time went by.
    void commitWhenDue() {
        boolean due =
                System.nanoTime() - committedAtNanos >= options.commitInterval().toNanos();
        long behind = applied.number().value() - committed.value();
        if (uncommitted > 0 && due || Math.max(uncommitted, behind) >= options.commitChanges()) {
            commit();
        }
    }

    /// Makes what was written so far durable, with the number reached.
    void commit() {
        committed = applied.number();
        stores.commit(position(committed));
        uncommitted = 0;
        committedAtNanos = System.nanoTime();
    }

    /// Applies the next batch; returns false when there is none.
    private boolean applyNext() {
        ChangeNumber from = applied.number();
        if (from.compareTo(sources.changes().horizon()) < 0) {
            LOG.info("the index stands at {}, before the oldest change kept; rebuilding", from.value());
            beginBehind();
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

    private Position position(ChangeNumber number) {
        return change.stamped(origin.at(number), !rebuilding());
    }

    /// Finds where to go on from what the two commits say, and what must be rebuilt.
    private void findPosition() {
        Optional<ChangeNumber> ofItems = Position.usable(stores.items().committed(), origin, sources.changes());
        Optional<ChangeNumber> ofMemories = Position.usable(stores.memories().committed(), origin, sources.changes());
        clearItems = ofItems.isEmpty();
        clearMemories = ofMemories.isEmpty();
        whole = clearItems && clearMemories;
        begun = null;
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

    /// As at the opening, from the last commits: the stores were opened again.
    void startOver() {
        following = false;
        findPosition();
    }

    private boolean marked(LuceneStore store) {
        return store.committed().map(change::marked).orElse(false);
    }

    /// True while something is to be built anew.
    boolean rebuilding() {
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

    /// Changes that were not applied are gone: both indexes are written anew over what there is, whose vectors are
    /// kept, and what the truth no longer has is dropped.
    private void beginBehind() {
        clearItems = false;
        clearMemories = false;
        rebuildItems = true;
        rebuildMemories = true;
        following = false;
        whole = true;
        begun = null;
    }

    private void rebuild() {
        boolean both = rebuildItems && rebuildMemories;
        Begun start = begun == null ? new Begun(sources.changes().latest(), wanted.get()) : begun;
        begun = start;
        if (!following) {
            applied.set(ChangeNumber.NONE);
        }
        LOG.info(
                "rebuilding the index of {} at change {}",
                both ? "items and memories" : rebuildItems ? "items" : "memories",
                start.at().value());
        rebuildProgress = 0;
        if (rebuildItems) {
            writes.rebuildItems(clearItems, share -> progress(both ? share / 2 : share));
            if (!clearItems) {
                writes.dropOrphanItems(() -> progress(rebuildProgress));
            }
            rebuildItems = false;
        }
        if (rebuildMemories) {
            double before = rebuildProgress;
            writes.rebuildMemories(clearMemories, share -> progress(before + (1 - before) * share));
            if (!clearMemories) {
                writes.dropOrphanMemories(() -> progress(rebuildProgress));
            }
            rebuildMemories = false;
        }
        Milestone.REBUILT.reached();
        memories.keepsAllFields(true);
        rebuildProgress = 1;
        if (!following) {
            applied.set(whole ? start.at() : resumeAt);
        }
        following = false;
        begun = null;
        commit();
        completed = start.asked();
        rebuilt = start.asked();
        LOG.info("rebuilt: {} items, {} memories", items.count(), memories.count());
    }

    /// Leaves off a rebuild that was only asked for: all that was written anew is as good as what it
    /// replaced, and what was not reached stands as before. The commit says that nothing is to be made up
    /// for.
    private void giveUp() {
        rebuildItems = false;
        rebuildMemories = false;
        rebuildProgress = 1;
        following = false;
        long asked = begun == null ? wanted.get() : begun.asked();
        begun = null;
        commit();
        rebuilt = asked;
        LOG.info("the rebuild was cancelled at change {}", committed.value());
    }

    /// Ends a rebuild that nobody wants any more.
    private static final class GivenUp extends CancellationException {
        private static final long serialVersionUID = 1L;
    }

    private void progress(double share) {
        if (closing.getCount() == 0) {
            throw new CancellationException("closing");
        }
        // One that must be is not left off: without it searches would see less than all.
        if (following && begun != null && cancelled.get() >= begun.asked()) {
            throw new GivenUp();
        }
        rebuildProgress = Math.min(share, 0.999);
        Milestone.REBUILDING.reached();
        orders.run();
        if (following) {
            applyNext();
        }
    }
}
