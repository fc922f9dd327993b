package dev.palate.memory.derived;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What derived memories are made from, beside the catalog and the memories; always as the truth is now. Thread-safe.
public interface Grounds {
    /// What users think of the items, those that nobody thinks anything of left out. Costs a read of every rating of
    /// them.
    Map<ItemId, Opinion> opinions(Collection<ItemId> items, Instant now);

    /// The items of the interactions, those that are gone left out.
    Set<ItemId> itemsOf(Collection<String> interactions);

    /// The items that the value of a slot `title` means: ids but for upper and lower case.
    Set<ItemId> itemsNamed(String slotValue);

    /// The users with a memory that names one of the items, by a slot `title` or `seen`.
    Set<UserId> speakingOf(Collection<ItemId> items);

    /// Those of the memories that exist, whatever their status.
    Map<MemoryId, Memory> memories(Collection<MemoryId> ids);

    /// Ids of the subjects of a type that have memories, in order, after the one given.
    List<String> subjects(String type, String after, int limit);
}
