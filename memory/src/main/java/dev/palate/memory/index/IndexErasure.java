package dev.palate.memory.index;

import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.Map;
import java.util.function.Supplier;

/// The index of memories as a place that erasure reaches. Thread-safe.
final class IndexErasure implements ErasurePlace {
    private final MemoryIndex memories;
    private final IndexWrites writes;
    private final FeedFollower follower;
    private final Orders orders;

    IndexErasure(MemoryIndex memories, IndexWrites writes, FeedFollower follower, Orders orders) {
        this.memories = memories;
        this.writes = writes;
        this.follower = follower;
        this.orders = orders;
    }

    @Override
    public String name() {
        return "memory index";
    }

    /// Removes the memories about the user and rewrites the segments that held them.
    ///
    /// @throws dev.palate.memory.MemoryException `DEADLINE` when the index thread did not come to it within
    ///     two minutes
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
                Orders.DEADLINE);
    }

    /// Deletes on the index thread, from every search at once and committed; rewrites the segments on the caller's,
    /// since at a million memories that takes minutes, in which changes go on being applied.
    private long erased(Supplier<Long> deletion) {
        long before = orders.ask(
                () -> {
                    long count = deletion.get();
                    memories.store().refresh();
                    follower.commit();
                    return count;
                },
                Orders.DEADLINE);
        memories.store().expunge();
        return before;
    }

    /// As [#erase(UserId)], for memories. What was derived anew meanwhile has the id of the one that is gone, and
    /// the feed may be past it: it is written as the truth has it, not deleted.
    @Override
    public long erase(ErasedMemories erased) {
        return erased(() -> {
            long before = memories.count(erased.ids());
            writes.memories(erased.ids(), Map.of());
            return before;
        });
    }

    @Override
    public long remaining(ErasedMemories erased) {
        return orders.ask(
                () -> {
                    memories.store().refresh();
                    return memories.count(writes.gone(erased.ids()));
                },
                Orders.DEADLINE);
    }
}
