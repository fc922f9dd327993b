package dev.palate.memory.gate;

import dev.palate.memory.memory.MemoryId;

/// What is to become of a proposal.
public sealed interface Verdict {
    /// A reason code in lower case, empty for [Accept].
    String reason();

    /// Nothing against it.
    record Accept() implements Verdict {
        @Override
        public String reason() {
            return "";
        }
    }

    /// It says what this memory says: that one is reinforced.
    record Merge(MemoryId into, String reason) implements Verdict {}

    /// It contradicts this memory: that one is closed and points to the new one.
    record Supersede(MemoryId replaced, String reason) implements Verdict {}

    /// Kept out of effect until an operator decides.
    record Quarantine(String reason) implements Verdict {}

    /// Not written.
    record Reject(String reason) implements Verdict {}
}
