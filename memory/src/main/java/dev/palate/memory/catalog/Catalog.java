package dev.palate.memory.catalog;

import dev.palate.memory.Page;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The items, as the truth has them. Thread-safe; a write returns once it is on disk.
public interface Catalog {
    /// The item, hidden ones too.
    Optional<Item> item(ItemId id);

    /// Those of the items that exist, by id.
    Map<ItemId, Item> items(Collection<ItemId> ids);

    /// A page in id order.
    Page<Item> page(@Nullable String cursor, int limit);

    /// Every item in id order, streamed from one consistent read.
    void scan(Consumer<Item> consumer);

    /// How many items there are, hidden ones too.
    long count();

    /// Writes the item and returns it with its new revision; an equal item keeps its revision and makes no change.
    Item put(Item item);

    /// Writes many, in order; equal items make no change. A short list is one commit, a long one several, so that it
    /// never keeps single writes waiting; repeating it after a failure completes it.
    ///
    /// @return how many changed
    int putAll(List<Item> items);

    /// Removes the item.
    ///
    /// @return false when there was none
    boolean delete(ItemId id);
}
