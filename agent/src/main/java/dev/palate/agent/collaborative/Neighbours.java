package dev.palate.agent.collaborative;

import dev.palate.memory.catalog.ItemId;
import java.util.List;

/// Which items are near an item, by what people had together. Thread-safe.
public interface Neighbours {
    /// No item is near another.
    Neighbours NONE = (item, most) -> List.of();

    /// One of them.
    ///
    /// @param nearness in (0, 1]
    record Neighbour(ItemId item, double nearness) {
        public Neighbour {
            if (!(nearness > 0 && nearness <= 1)) {
                throw new IllegalArgumentException("nearness must be in (0, 1], was " + nearness);
            }
        }
    }

    /// The nearest items, the nearest first, the item itself not among them; empty while there is no model. The answer
    /// depends on the model alone, so that the order of events does not matter.
    ///
    /// @param most how many
    List<Neighbour> of(ItemId item, int most);
}
