package dev.palate.agent.turn;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a conversation keeps between turns.
///
/// @param wish what is asked for so far
/// @param shown items shown since the wish began, oldest first, at most [#MAX_SHOWN]
/// @param slate the last list, absent before the first
/// @param last the items of that list
/// @param written memories of the last turn that wrote any
record State(Wish wish, List<ItemId> shown, @Nullable SlateId slate, List<ItemId> last, List<MemoryId> written) {
    static final int MAX_SHOWN = 200;
    static final State NEW = new State(Wish.NONE, List.of(), null, List.of(), List.of());

    State {
        shown = List.copyOf(shown.subList(Math.max(0, shown.size() - MAX_SHOWN), shown.size()));
        last = List.copyOf(last);
        written = List.copyOf(written);
    }
}
