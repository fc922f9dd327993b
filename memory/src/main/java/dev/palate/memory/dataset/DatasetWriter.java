package dev.palate.memory.dataset;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.dataset.DatasetImport.Count;
import dev.palate.memory.dataset.DatasetImport.Phase;
import dev.palate.memory.dataset.DatasetImport.Progress;
import dev.palate.memory.dataset.DatasetImport.Target;
import dev.palate.memory.dataset.DatasetRow.InteractionRow;
import dev.palate.memory.dataset.DatasetRow.ItemRow;
import dev.palate.memory.dataset.DatasetRow.TagRow;
import dev.palate.memory.dataset.DatasetRow.UserRow;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.user.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The second reading of a data set: writes what the first found good, in batches. Not thread-safe.
final class DatasetWriter implements DatasetReader.Sink {
    private static final int BATCH = 4_096;
    private static final int MAX_TAGS = 256;
    private static final Duration JOB_EVERY = Duration.ofSeconds(1);

    private final Target target;
    private final DatasetContent content;
    private final JobId job;
    private final Progress progress;
    private final Instant now;
    private final RowCheck check;
    private final List<Item> itemBatch = new ArrayList<>();
    private final List<Interaction> interactionBatch = new ArrayList<>();
    private long itemsChanged;
    private long usersChanged;
    private long interactionsChanged;
    private long itemsDone;
    private long usersDone;
    private long interactionsDone;
    private long jobUpdated;

    DatasetWriter(Target target, Clock clock, DatasetContent content, JobId job, Progress progress) {
        this.target = target;
        this.content = content;
        this.job = job;
        this.progress = progress;
        this.now = clock.instant();
        this.check = new RowCheck(target.catalog(), now);
        this.jobUpdated = System.nanoTime() - JOB_EVERY.toNanos();
    }

    void write(DatasetReader reader) {
        reader.items(this);
        writeItems();
        writeUsers();
        reader.interactions(this);
        writeInteractions();
    }

    @Override
    public void row(DatasetRow row) {
        if (check.reason(row) != null) {
            return;
        }
        switch (row) {
            case ItemRow item -> {
                itemBatch.add(tagged(item.item()));
                if (itemBatch.size() == BATCH) {
                    writeItems();
                }
            }
            case InteractionRow interaction -> {
                interactionBatch.add(interaction.interaction());
                if (interactionBatch.size() == BATCH) {
                    writeInteractions();
                }
            }
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
        tell(Phase.INTERACTIONS, interactionsDone, content.interactions());
    }

    private void tell(Phase phase, long done, long total) {
        progress.at(phase, done, total);
        if (System.nanoTime() - jobUpdated >= JOB_EVERY.toNanos()) {
            jobUpdated = System.nanoTime();
            long all = content.items() + content.users().size() + content.interactions();
            long sofar = itemsDone + usersDone + interactionsDone;
            target.jobs()
                    .update(
                            job,
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
}
