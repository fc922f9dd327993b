package dev.palate.memory.tier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of a search, best first.
///
/// @param degraded what the search had to do without: [#SEMANTIC], [#DEPTH], [#INDEX]
/// @param nextCursor absent on the last page
public record SearchPage(
        List<RecalledMemory> memories,
        List<String> degraded,
        @Nullable String nextCursor) {
    /// Time ran out before all vectors were there; words and slots still count.
    public static final String SEMANTIC = "semantic";
    /// There may be more than the search looked at.
    public static final String DEPTH = "depth";
    /// The index is being built anew: what is not in it yet was not found.
    public static final String INDEX = "index";

    public SearchPage {
        memories = List.copyOf(memories);
        degraded = List.copyOf(degraded);
    }
}
