package dev.palate.memory.interaction;

import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The log of interactions. Thread-safe; a write returns once it is on disk.
public interface Interactions {
    /// Appends those whose id is new, in order; users that do not exist are made. A short list is one commit, a long
    /// one several, so that it never keeps single writes waiting; repeating it after a failure completes it.
    ///
    /// @return how many were new
    int append(List<Interaction> interactions);

    /// As [#append], of users who are there.
    ///
    /// @throws dev.palate.memory.MemoryException `NOT_FOUND` when one is not, and nothing of that commit
    ///     is written
    int appendOfKnown(List<Interaction> interactions);

    /// A user's interactions, oldest first, equal times in order of arrival; the newest `limit` of them.
    List<Interaction> ofUser(UserId user, int limit);

    /// The same without id and slate, which a taste does not follow from. One read of an index.
    ///
    /// @param limit 0 to 100,000
    List<Event> events(UserId user, int limit);

    /// What a user did that arrived after a place in the order of arrival, for who already has what came before: so
    /// many rows are read, not all of the user's. One read of an index, of one moment.
    ///
    /// @param arrival the newest [Event#arrival] that is known, 0 for none
    /// @param limit 0 to 100,000
    Since eventsSince(UserId user, long arrival, int limit);

    /// What somebody did with an item, and when.
    ///
    /// @param arrival its place in the order in which all came in
    record Event(ItemId item, Feedback feedback, Instant at, long arrival) {}

    /// What came since.
    ///
    /// @param before how many of the user's that had arrived before are still there
    /// @param events the first to arrive of those since, oldest first, equal times in order of arrival
    record Since(long before, List<Event> events) {}

    /// What others did with some items: of each item the newest arrivals, newest first, without those of the user.
    /// One read of an index; the order between equal items of the argument does not matter.
    ///
    /// @param items at most 64, each once
    /// @param perItem how many of each, 1 to 256
    List<Shared> shared(UserId user, Collection<ItemId> items, int perItem);

    /// What somebody else did with an item.
    record Shared(UserId user, ItemId item, Feedback feedback, Instant at) {}

    /// A page of a user's interactions, newest first.
    Page<Interaction> page(UserId user, @Nullable String cursor, int limit);

    /// Every interaction by user id, then time, then arrival, streamed from one consistent read.
    void scan(Consumer<Interaction> consumer);

    /// How many interactions each item had since the time given, items without any left out.
    Map<ItemId, Integer> countsSince(Instant since);

    /// The place of the newest arrival in the order in which all came in.
    long arrival();

    /// The log as it was when `arrival` was the newest, without what was erased since; it takes nothing.
    Interactions asOf(long arrival);

    /// How many interactions there are.
    long count();

    /// How many interactions arrived after that [#arrival]. One pass over an index.
    long countAfter(long arrival);

    /// The time of the newest interaction, absent when there is none.
    @Nullable
    Instant newest();
}
