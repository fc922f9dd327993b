package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.dataset.DatasetRow.InteractionRow;
import dev.palate.memory.dataset.DatasetRow.ItemRow;
import dev.palate.memory.dataset.DatasetRow.MemoryRow;
import dev.palate.memory.dataset.DatasetRow.TagRow;
import dev.palate.memory.dataset.DatasetRow.UserRow;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// What the first reading of a data set learns: how much there is, who is in it, and the tags of each item.
///
/// Not thread-safe.
final class DatasetContent implements DatasetReader.Sink {
    private static final int PROGRESS_EVERY = 2_000;
    private static final int MAX_TAGS = 256;
    private static final int MAX_MEMORIES = 500_000;

    private final DatasetReader reader;
    private final RowCheck check;
    private final RejectionReport report;
    private final LongConsumer progress;
    private final Map<UserId, String> users = new LinkedHashMap<>();
    private final Map<ItemId, Map<String, Integer>> tagsOfItem = new HashMap<>();
    private long rows;
    private long items;
    private long tags;
    private long interactions;
    private long memories;

    DatasetContent(DatasetReader reader, RowCheck check, RejectionReport report, LongConsumer progress) {
        this.reader = reader;
        this.check = check;
        this.report = report;
        this.progress = progress;
    }

    @Override
    public void row(DatasetRow row) {
        @Nullable String reason = check.reason(row);
        if (reason != null) {
            rejected(new RejectedRow(row.place(), RejectedRow.of(row), reason));
            return;
        }
        count();
        switch (row) {
            case ItemRow item -> items++;
            case TagRow tag -> {
                tags++;
                tagsOfItem.computeIfAbsent(tag.item(), id -> new TreeMap<>()).merge(tag.tag(), 1, Integer::sum);
            }
            case UserRow user -> users.put(user.user().id(), user.user().name());
            case InteractionRow interaction -> {
                interactions++;
                seen(interaction.interaction().user());
            }
            case MemoryRow memory -> {
                memories++;
                if (memories > MAX_MEMORIES) {
                    throw new MemoryException(
                            Code.LIMIT,
                            "a data set may hold " + MAX_MEMORIES + " memories, which are sorted by their time; split"
                                    + " memories.jsonl by users");
                }
                if (memory.memory().subject() instanceof Subject.OfUser(UserId user)) {
                    seen(user);
                }
            }
        }
    }

    private void seen(UserId user) {
        if (!users.containsKey(user)) {
            users.put(user, reader.userName(user));
        }
    }

    @Override
    public void rejected(RejectedRow row) {
        count();
        report.add(row);
    }

    private void count() {
        rows++;
        if (rows % PROGRESS_EVERY == 0) {
            progress.accept(rows);
        }
    }

    /// Names by id, in order of appearance.
    Map<UserId, String> users() {
        return users;
    }

    /// The tags of an item, most given first, equal ones by alphabet.
    List<String> tags(ItemId item) {
        return tagsOfItem.getOrDefault(item, Map.of()).entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(MAX_TAGS)
                .map(Map.Entry::getKey)
                .toList();
    }

    long rows() {
        return rows;
    }

    long items() {
        return items;
    }

    long tags() {
        return tags;
    }

    long interactions() {
        return interactions;
    }

    long memories() {
        return memories;
    }
}
