package dev.palate.memory.index;

import dev.palate.memory.Milestone;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Takes what the encoding thread has, and has the index thread write it. Thread-safe.
final class EncodingOrders implements EncodingWorker.Sink {
    private final Orders orders;
    private final FeedFollower follower;
    private final FeedFollower.Targets targets;
    private final Encodings encodings;
    private final IndexOptions options;
    private volatile boolean busy;

    EncodingOrders(
            Orders orders,
            FeedFollower follower,
            FeedFollower.Targets targets,
            Encodings encodings,
            IndexOptions options) {
        this.orders = orders;
        this.follower = follower;
        this.targets = targets;
        this.encodings = encodings;
        this.options = options;
    }

    /// True while something is being encoded.
    boolean busy() {
        return busy;
    }

    @Override
    public boolean items(List<ItemId> ids, boolean refresh) {
        busy = true;
        return orders.ask(
                () -> {
                    targets.writes().items(ids);
                    follower.wrote(ids.size());
                    if (refresh) {
                        targets.items().store().refresh();
                    }
                    return true;
                },
                Orders.DEADLINE);
    }

    @Override
    public boolean memories(List<MemoryId> ids, Map<VectorKey, float[]> encoded) {
        busy = true;
        return orders.ask(
                () -> {
                    targets.writes().memories(ids, encoded);
                    Milestone.VECTORS_WRITTEN.reached();
                    follower.wrote(ids.size());
                    targets.memories().store().refresh();
                    return true;
                },
                Orders.DEADLINE);
    }

    @Override
    public void rested(Duration rest) {
        busy = false;
        if (!encodings.current().centred()
                && rest.compareTo(options.encodingRest()) >= 0
                && follower.rebuildProgress() == 1
                && targets.items().count() >= options.minCentred()) {
            encodings.fix(targets.items().freshVectors());
        }
    }
}
