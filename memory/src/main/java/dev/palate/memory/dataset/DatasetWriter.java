package dev.palate.memory.dataset;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.dataset.DatasetImport.Count;
import dev.palate.memory.dataset.DatasetImport.Phase;
import dev.palate.memory.dataset.DatasetImport.Progress;
import dev.palate.memory.dataset.DatasetImport.Target;
import dev.palate.memory.dataset.DatasetRow.InteractionRow;
import dev.palate.memory.dataset.DatasetRow.ItemRow;
import dev.palate.memory.dataset.DatasetRow.MemoryRow;
import dev.palate.memory.dataset.DatasetRow.TagRow;
import dev.palate.memory.dataset.DatasetRow.UserRow;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.user.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The second reading of a data set: writes what the first found good, in batches, and records after each how far it
/// is. Not thread-safe.
final class DatasetWriter implements DatasetReader.Sink {
    private static final int BATCH = 4_096;
    private static final int MEMORY_BATCH = 256;
    private static final int MAX_TAGS = 256;
    private static final Duration JOB_EVERY = Duration.ofSeconds(1);

    private final Target target;
    private final DatasetContent content;
    private final ImportPosition from;
    private final Progress progress;
    private final Instant now;
    private final RowCheck check;
    private final List<Item> itemBatch = new ArrayList<>();
    private final List<Interaction> interactionBatch = new ArrayList<>();
    private final List<Checked> memories = new ArrayList<>();
    private final List<ImportedMemory> memoryBatch = new ArrayList<>();
    private final @Nullable MemoryImport memoryImport;
    private long itemsChanged;
    private long usersChanged;
    private long interactionsChanged;
    private long itemsDone;
    private long usersDone;
    private long interactionsDone;
    private long memoriesDone;
    private long handedOver;
    private long resumed;
    private long jobUpdated;

    private record Checked(ImportedMemory memory, boolean good) {}

    DatasetWriter(Target target, Clock clock, DatasetContent content, ImportPosition from, Progress progress) {
        this.target = target;
        this.content = content;
        this.from = from;
        this.progress = progress;
        this.now = clock.instant();
        this.check = new RowCheck(target.catalog(), now);
        this.memoryImport = target.memories() == null ? null : new MemoryImport(target.memories(), now);
        this.jobUpdated = System.nanoTime() - JOB_EVERY.toNanos();
    }

    void write(DatasetReader reader) {
        reader.items(this);
        writeItems();
        writeUsers();
        handedOver = 0;
        reader.interactions(this);
        writeInteractions();
        handedOver = 0;
        reader.memories(this);
        memoriesInOrder();
    }

    // Oldest first, so that a later word supersedes an earlier one as if both had been said here.
    private void memoriesInOrder() {
        memories.sort(Comparator.comparing(row -> row.memory.validFrom() == null ? now : row.memory.validFrom()));
        for (Checked row : memories) {
            if (before(Phase.MEMORIES)) {
                resumed += row.good ? 1 : 0;
                memoriesDone += row.good ? 1 : 0;
            } else if (row.good) {
                memoryBatch.add(row.memory);
                if (memoryBatch.size() == MEMORY_BATCH) {
                    writeMemories();
                }
            }
        }
        writeMemories();
    }

    /// Counts a row of a phase and says whether an earlier import has written it.
    private boolean before(Phase phase) {
        handedOver++;
        int order = phase.compareTo(from.phase());
        return order < 0 || order == 0 && handedOver <= from.rows();
    }

    private void reached(Phase phase) {
        boolean further = phase.compareTo(from.phase()) > 0 || phase == from.phase() && handedOver > from.rows();
        if (further) {
            target.positions()
                    .put(new ImportPosition(from.source(), from.fingerprint(), from.job(), phase, handedOver));
        }
    }

    @Override
    public void row(DatasetRow row) {
        boolean good = check.reason(row) == null;
        switch (row) {
            case ItemRow item -> {
                if (before(Phase.ITEMS)) {
                    resumed += good ? 1 : 0;
                    itemsDone += good ? 1 : 0;
                } else if (good) {
                    itemBatch.add(tagged(item.item()));
                    if (itemBatch.size() == BATCH) {
                        writeItems();
                    }
                }
            }
            case InteractionRow interaction -> {
                if (before(Phase.INTERACTIONS)) {
                    resumed += good ? 1 : 0;
                    interactionsDone += good ? 1 : 0;
                } else if (good) {
                    interactionBatch.add(interaction.interaction());
                    if (interactionBatch.size() == BATCH) {
                        writeInteractions();
                    }
                }
            }
            case MemoryRow memory -> memories.add(new Checked(memory.memory(), good));
            case TagRow tag -> {}
            case UserRow user -> {}
        }
    }

    @Override
    public void rejected(RejectedRow row) {
        // Counted and reported by the first reading.
    }

    private Item tagged(Item item) {
        Set<String> tags = new LinkedHashSet<>(item.tags());
        tags.addAll(content.tags(item.id()));
        return new Item(
                item.id(),
                item.title(),
                item.year(),
                item.categories(),
                tags.stream().limit(MAX_TAGS).toList(),
                item.description(),
                item.attributes(),
                item.hidden(),
                item.availableFrom(),
                item.availableTo(),
                0);
    }

    private void writeItems() {
        itemsChanged += target.catalog().putAll(itemBatch);
        itemsDone += itemBatch.size();
        itemBatch.clear();
        reached(Phase.ITEMS);
        tell(Phase.ITEMS, itemsDone, content.items());
    }

    private void writeUsers() {
        List<User> batch = new ArrayList<>();
        for (var user : content.users().entrySet()) {
            batch.add(new User(user.getKey(), user.getValue(), now, true));
            if (batch.size() == BATCH) {
                writeUsers(batch);
            }
        }
        writeUsers(batch);
    }

    private void writeUsers(List<User> batch) {
        usersChanged += target.users().ensureAll(batch);
        usersDone += batch.size();
        batch.clear();
        tell(Phase.USERS, usersDone, content.users().size());
    }

    private void writeInteractions() {
        interactionsChanged += target.interactions().append(interactionBatch);
        interactionsDone += interactionBatch.size();
        interactionBatch.clear();
        reached(Phase.INTERACTIONS);
        tell(Phase.INTERACTIONS, interactionsDone, content.interactions());
    }

    private void writeMemories() {
        if (memoryImport == null || memoryBatch.isEmpty()) {
            return;
        }
        memoryImport.take(memoryBatch);
        memoriesDone += memoryBatch.size();
        memoryBatch.clear();
        reached(Phase.MEMORIES);
        tell(Phase.MEMORIES, memoriesDone, content.memories());
    }

    private void tell(Phase phase, long done, long total) {
        progress.at(phase, done, total);
        if (System.nanoTime() - jobUpdated >= JOB_EVERY.toNanos()) {
            jobUpdated = System.nanoTime();
            long all = content.items() + content.users().size() + content.interactions() + content.memories();
            long sofar = itemsDone + usersDone + interactionsDone + memoriesDone;
            target.jobs()
                    .update(
                            from.job(),
                            JobStatus.RUNNING,
                            all == 0 ? 0 : Math.min(1, (double) sofar / all),
                            "writing " + phase.name().toLowerCase(java.util.Locale.ROOT) + ", " + done + " of "
                                    + total);
        }
    }

    Count items() {
        return new Count(itemsDone, itemsChanged);
    }

    Count users() {
        return new Count(usersDone, usersChanged);
    }

    Count interactions() {
        return new Count(interactionsDone, interactionsChanged);
    }

    Count memories() {
        return new Count(memoriesDone, memoryImport == null ? 0 : memoryImport.changed());
    }

    Map<String, Long> refusals() {
        return memoryImport == null ? Map.of() : memoryImport.refusals();
    }

    /// Rows that were not written again.
    long resumed() {
        return resumed;
    }
}
