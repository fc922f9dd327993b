package dev.palate.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of a listing, in a stable order.
///
/// @param items at most the limit asked for
/// @param nextCursor where the next page starts, an opaque text; absent on the last page
public record Page<T>(List<T> items, @Nullable String nextCursor) {
    /// The largest page.
    public static final int MAX_LIMIT = 500;

    public Page {
        items = List.copyOf(items);
    }
}
