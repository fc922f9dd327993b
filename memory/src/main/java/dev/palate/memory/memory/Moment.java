package dev.palate.memory.memory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A moment in the two times of a memory: when it held in the world, and what was known of it by then.
///
/// @param asOf only what held then (valid time); absent for any
/// @param knownAt as the store knew it then (recorded time); absent for now
public record Moment(@Nullable Instant asOf, @Nullable Instant knownAt) {
    /// True when neither time is given.
    public boolean now() {
        return asOf == null && knownAt == null;
    }

    /// True when the memory, in the state given, held at the valid time. What is quarantined never held.
    public boolean held(Memory memory) {
        return asOf == null
                || memory.status() != MemoryStatus.QUARANTINED
                        && !asOf.isBefore(memory.validFrom())
                        && (memory.validTo() == null || asOf.isBefore(memory.validTo()));
    }
}
