package dev.palate.memory.dataset;

import dev.palate.memory.gate.GatedMemories;

/// Where imported memories go: through the gates into the memories, or among the rejections.
///
/// @param memories the door of the server; the gates that know how fast a person talks do not apply to what is
///     imported
/// @param meaning reads texts that come without a kind and a slot
public record MemoryDoor(GatedMemories memories, MemoryMeaning meaning) {}
