package dev.palate.agent.turn;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a conversation keeps between turns.
///
/// @param wish what is asked for so far
/// @param shown items shown since the wish began, oldest first, at most [#MAX_SHOWN]
/// @param slate the last list, absent before the first
/// @param last the items of that list
/// @param written memories of the last turn that wrote any
/// @param told the item of which facts were told since that list, for "it"; absent when none were
record State(
        Wish wish,
        List<ItemId> shown,
        @Nullable SlateId slate,
        List<ItemId> last,
        List<MemoryId> written,
        @Nullable ItemId told) {
    static final int MAX_SHOWN = 200;
    static final State NEW = new State(Wish.NONE, List.of(), null, List.of(), List.of(), null);

    State {
        shown = List.copyOf(shown.subList(Math.max(0, shown.size() - MAX_SHOWN), shown.size()));
        last = List.copyOf(last);
        written = List.copyOf(written);
    }

    /// With another wish.
    State wishing(Wish next) {
        return new State(next, shown, slate, last, written, told);
    }

    /// With what the last turn wrote.
    State writing(List<MemoryId> memories) {
        return new State(wish, shown, slate, last, memories, told);
    }

    /// With the item of which facts were told last.
    State telling(ItemId item) {
        return new State(wish, shown, slate, last, written, item);
    }

    /// What "it" is: the item told of last, else the first of the last list.
    Optional<ItemId> it() {
        return Optional.ofNullable(told).or(() -> last.stream().findFirst());
    }
}
