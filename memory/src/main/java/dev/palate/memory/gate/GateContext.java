package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import java.util.List;

/// What the gates may look at beside the proposal.
///
/// @param active the active memories of the proposal's subject
/// @param written how many memories this turn or call has already written
public record GateContext(List<Memory> active, int written) {
    public GateContext {
        active = List.copyOf(active);
    }
}
