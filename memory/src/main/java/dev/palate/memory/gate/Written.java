package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import org.jspecify.annotations.Nullable;

/// What became of one proposed memory.
///
/// @param memory as stored, absent when it was refused
/// @param text of the memory, or of the proposal when it was refused
/// @param reason a reason code, empty for an [Outcome#ADD]
public record Written(Outcome outcome, @Nullable Memory memory, String text, String reason) {
    /// The reason of a merge or an import that left everything as it was.
    public static final String REPEATED = "repeated";

    /// True when the store is not as it was before.
    public boolean changed() {
        return memory != null && !reason.equals(REPEATED);
    }

    /// What may become of a proposal; the names are those of the API.
    public enum Outcome {
        /// A new memory.
        ADD,
        /// A memory that said so already was reinforced.
        MERGE,
        /// A new memory took the place of one that said otherwise.
        SUPERSEDE,
        /// Held back until an operator decides.
        QUARANTINE,
        /// Not written.
        REJECT
    }
}
