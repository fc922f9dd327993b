package dev.palate.memory.index;

import dev.palate.memory.Page;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;

/// What is written to the two indexes, always from the present state of the truth, so that every write may be
/// repeated
/// and the order of two writes does not matter. Used by the index thread only.
final class IndexWrites {
    private static final int REFRESH_EVERY = 2_000;
    private static final int PAGE = 500;

    private final ItemIndex items;
    private final MemoryIndex memories;
    private final Catalog catalog;
    private final Memories truth;
    private final ColdMemories cold;
    private final VectorFile vectors;

    IndexWrites(ItemIndex items, MemoryIndex memories, IndexChanges.Sources sources, VectorFile vectors) {
        this.items = items;
        this.memories = memories;
        this.catalog = sources.catalog();
        this.truth = sources.memories();
        this.cold = sources.cold();
        this.vectors = vectors;
    }

    /// Applies the changes; returns how many things were written.
    int apply(List<Change> changes) {
        Set<ItemId> changedItems = new LinkedHashSet<>();
        Set<MemoryId> changedMemories = new LinkedHashSet<>();
        Set<UserId> erased = new LinkedHashSet<>();
        for (Change change : changes) {
            switch (change.type()) {
                case ITEM -> changedItems.add(new ItemId(change.id()));
                case MEMORY -> changedMemories.add(new MemoryId(change.id()));
                case USER -> erased.add(new UserId(change.id()));
                case INTERACTION -> {}
            }
        }
        erased.forEach(user -> memories.delete(new Subject.OfUser(user)));
        items(changedItems);
        memories(changedMemories, Map.of());
        if (!changedItems.isEmpty()) {
            items.store().refresh();
        }
        if (!changedMemories.isEmpty() || !erased.isEmpty()) {
            memories.store().refresh();
        }
        return changedItems.size() + changedMemories.size() + erased.size();
    }

    /// Writes some documents anew that hold vectors of an earlier encoder; returns false when there are none.
    boolean dropRetired(int most) {
        List<ItemId> ofItems = items.retired(most);
        List<MemoryId> ofMemories = memories.retired(most);
        items(ofItems);
        memories(ofMemories, Map.of());
        if (!ofItems.isEmpty()) {
            items.store().refresh();
        }
        if (!ofMemories.isEmpty()) {
            memories.store().refresh();
        }
        return !ofItems.isEmpty() || !ofMemories.isEmpty();
    }

    void items(Collection<ItemId> ids) {
        Map<ItemId, Item> present = catalog.items(ids);
        for (ItemId id : ids) {
            Item item = present.get(id);
            if (item == null) {
                items.delete(id);
            } else {
                items.put(item, vectors);
            }
        }
    }

    void memories(Collection<MemoryId> ids, Map<VectorKey, float[]> encoded) {
        Set<MemoryId> without = cold.among(ids);
        Map<MemoryId, Memory> present = truth.memories(ids);
        for (MemoryId id : ids) {
            Memory memory = present.get(id);
            if (memory == null) {
                memories.delete(id);
            } else {
                put(memory, encoded, without.contains(id));
            }
        }
    }

    /// A memory of an item may have the very words that were encoded for the item.
    private void put(Memory memory, Map<VectorKey, float[]> encoded, boolean isCold) {
        Map<VectorKey, float[]> known = encoded;
        if (!isCold && memory.subject() instanceof Subject.OfItem) {
            VectorKey key = VectorKey.of(memory.text());
            if (!encoded.containsKey(key)) {
                known = vectors.find(key).map(vector -> Map.of(key, vector)).orElse(encoded);
            }
        }
        memories.put(memory, known, isCold);
    }

    /// Writes every item anew.
    ///
    /// @param clear false to keep those there are until they are written
    /// @param progress told the share done, often; may throw to end it
    void rebuildItems(boolean clear, DoubleConsumer progress) {
        if (clear) {
            items.store().clear();
        }
        double all = Math.max(1, catalog.count());
        int[] done = {0};
        catalog.scan(item -> {
            items.put(item, vectors);
            done[0]++;
            if (done[0] % REFRESH_EVERY == 0) {
                items.store().refresh();
            }
            progress.accept(Math.min(1, done[0] / all));
        });
        items.store().refresh();
    }

    /// Writes every memory anew. Those that change meanwhile may be missed or seen twice; the feed has them.
    ///
    /// @param clear false to keep those there are until they are written
    /// @param progress told the share done, between pages; may throw to end it
    void rebuildMemories(boolean clear, DoubleConsumer progress) {
        if (clear) {
            memories.store().clear();
        }
        double all = Math.max(1, truth.count());
        MemoryFilter every = new MemoryFilter(null, Set.of(), Set.of(), null);
        int done = 0;
        Optional<String> cursor = Optional.empty();
        do {
            Page<Memory> page = truth.page(every, cursor.orElse(null), PAGE);
            Set<MemoryId> without =
                    cold.among(page.items().stream().map(Memory::id).toList());
            page.items().forEach(memory -> put(memory, Map.of(), without.contains(memory.id())));
            done += page.items().size();
            memories.store().refresh();
            progress.accept(Math.min(1, done / all));
            cursor = Optional.ofNullable(page.nextCursor());
        } while (cursor.isPresent());
    }

    /// Deletes the items that stand in the index and are no longer in the truth.
    ///
    /// @param progress told between batches; may throw to end it
    void dropOrphanItems(Runnable progress) {
        List<ItemId> ids = new ArrayList<>(PAGE);
        items.each(id -> {
            ids.add(id);
            if (ids.size() == PAGE) {
                dropMissingItems(ids);
                ids.clear();
                progress.run();
            }
        });
        dropMissingItems(ids);
        items.store().refresh();
    }

    private void dropMissingItems(List<ItemId> ids) {
        Map<ItemId, Item> present = catalog.items(ids);
        ids.stream().filter(id -> !present.containsKey(id)).forEach(items::delete);
    }

    /// Deletes the memories that stand in the index and are no longer in the truth.
    ///
    /// @param progress told between batches; may throw to end it
    void dropOrphanMemories(Runnable progress) {
        List<MemoryId> ids = new ArrayList<>(PAGE);
        memories.each(entry -> {
            ids.add(entry.memory());
            if (ids.size() == PAGE) {
                dropMissing(ids);
                ids.clear();
                progress.run();
            }
        });
        dropMissing(ids);
        memories.store().refresh();
    }

    private void dropMissing(List<MemoryId> ids) {
        gone(ids).forEach(memories::delete);
    }

    /// Those of the ids that the truth does not have.
    Set<MemoryId> gone(Collection<MemoryId> ids) {
        Set<MemoryId> gone = new LinkedHashSet<>(ids);
        gone.removeAll(truth.memories(ids).keySet());
        return gone;
    }
}
