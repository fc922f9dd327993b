package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The ports on plain maps, with a feed whose id, epoch and horizon a test can turn.
public final class InMemoryTruth implements Changes, Catalog {
    private final TreeMap<ItemId, Item> items = new TreeMap<>();
    private final TreeMap<MemoryId, Memory> memories = new TreeMap<>();
    private final List<Change> feed = new ArrayList<>();
    private String databaseId = "test";
    private long epoch = 1;
    private ChangeNumber horizon = ChangeNumber.NONE;

    /// The memory side.
    public final Memories memoriesPort = new Port();

    /// All three for the index.
    public IndexChanges.Sources sources() {
        return new IndexChanges.Sources(this, this, memoriesPort);
    }

    synchronized void restored() {
        epoch++;
    }

    synchronized void prune() {
        horizon = latest();
    }

    synchronized void rollBackTo(long number) {
        feed.removeIf(change -> change.number().value() > number);
    }

    /// Removes a user's memories as erasure does.
    public synchronized void erase(UserId user) {
        memories.values().removeIf(memory -> memory.subject().equals(new Subject.OfUser(user)));
        changed(Change.Type.USER, user.value(), 0);
    }

    private synchronized void changed(Change.Type type, String id, long revision) {
        feed.add(new Change(new ChangeNumber(feed.size() + 1L), type, id, revision));
        notifyAll();
    }

    @Override
    public synchronized String databaseId() {
        return databaseId;
    }

    @Override
    public synchronized long epoch() {
        return epoch;
    }

    @Override
    public synchronized ChangeNumber latest() {
        return new ChangeNumber(feed.size());
    }

    @Override
    public synchronized ChangeNumber horizon() {
        return horizon;
    }

    @Override
    public synchronized List<Change> after(ChangeNumber number, int limit) {
        int from = (int) Math.min(number.value(), feed.size());
        return List.copyOf(feed.subList(from, Math.min(feed.size(), from + limit)));
    }

    @Override
    public synchronized boolean await(ChangeNumber number, Duration atMost) throws InterruptedException {
        if (feed.size() <= number.value() && !atMost.isZero()) {
            wait(Math.max(1, atMost.toMillis()));
        }
        return feed.size() > number.value();
    }

    @Override
    public synchronized Optional<Item> item(ItemId id) {
        return Optional.ofNullable(items.get(id));
    }

    @Override
    public synchronized Map<ItemId, Item> items(Collection<ItemId> ids) {
        Map<ItemId, Item> found = new TreeMap<>(items);
        found.keySet().retainAll(ids);
        return found;
    }

    @Override
    public synchronized Page<Item> page(@Nullable String cursor, int limit) {
        return new Page<>(items.values().stream().limit(limit).toList(), null);
    }

    @Override
    public void scan(Consumer<Item> consumer) {
        List<Item> all;
        synchronized (this) {
            all = List.copyOf(items.values());
        }
        all.forEach(consumer);
    }

    @Override
    public synchronized long count() {
        return items.size();
    }

    @Override
    public synchronized Item put(Item item) {
        Item old = items.get(item.id());
        Item next = item.withRevision(old == null ? 1 : old.revision() + 1);
        items.put(item.id(), next);
        changed(Change.Type.ITEM, item.id().value(), next.revision());
        return next;
    }

    @Override
    public synchronized int putAll(List<Item> many) {
        many.forEach(this::put);
        return many.size();
    }

    @Override
    public synchronized boolean delete(ItemId id) {
        changed(Change.Type.ITEM, id.value(), 0);
        return items.remove(id) != null;
    }

    private final class Port implements Memories {
        @Override
        public List<Memory> put(List<Write> writes) {
            synchronized (InMemoryTruth.this) {
                List<Memory> written = new ArrayList<>();
                for (Write write : writes) {
                    Memory old = memories.get(write.memory().id());
                    if ((old == null ? 0 : old.revision()) != write.memory().revision()) {
                        throw new MemoryException(MemoryException.Code.REVISION_CONFLICT, "revision");
                    }
                    Memory next = write.memory()
                            .draft()
                            .revision(write.memory().revision() + 1)
                            .build();
                    memories.put(next.id(), next);
                    changed(Change.Type.MEMORY, next.id().value(), next.revision());
                    written.add(next);
                }
                return written;
            }
        }

        @Override
        public Optional<Memory> memory(MemoryId id) {
            synchronized (InMemoryTruth.this) {
                return Optional.ofNullable(memories.get(id));
            }
        }

        @Override
        public List<Memory> active(Subject subject) {
            synchronized (InMemoryTruth.this) {
                return memories.values().stream()
                        .filter(memory -> memory.subject().equals(subject) && memory.status() == MemoryStatus.ACTIVE)
                        .toList();
            }
        }

        @Override
        public Page<Memory> page(MemoryFilter filter, @Nullable String cursor, int limit) {
            synchronized (InMemoryTruth.this) {
                List<Memory> all = memories.values().stream()
                        .filter(memory -> cursor == null || memory.id().value().compareTo(cursor) > 0)
                        .sorted(Comparator.comparing(Memory::id))
                        .limit(limit)
                        .toList();
                return new Page<>(
                        all, all.size() < limit ? null : all.getLast().id().value());
            }
        }

        @Override
        public List<Revision> history(MemoryId id) {
            return List.of();
        }

        @Override
        public boolean forget(MemoryId id) {
            synchronized (InMemoryTruth.this) {
                changed(Change.Type.MEMORY, id.value(), 0);
                return memories.remove(id) != null;
            }
        }

        @Override
        public long count() {
            synchronized (InMemoryTruth.this) {
                return memories.size();
            }
        }
    }
}
