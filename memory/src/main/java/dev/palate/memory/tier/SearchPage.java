package dev.palate.memory.tier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of a search, best first.
///
/// @param semantic false when time ran out before all vectors were there; words and slots still count
/// @param nextCursor absent on the last page
public record SearchPage(
        List<RecalledMemory> memories,
        boolean semantic,
        @Nullable String nextCursor) {
    public SearchPage {
        memories = List.copyOf(memories);
    }
}
