package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryStatus;
import org.jspecify.annotations.Nullable;

/// A proposal on its way in.
///
/// @param as the memory it becomes when nothing is against it, revision 0; made anew from the proposal when
///     absent. One of an id that is stored, or whose evidence is part of an active memory already, is known and
///     not written again; one that is not active is over, and neither repeats nor contradicts what is in force
public record Offer(Proposal proposal, @Nullable Memory as) {
    /// What somebody said now.
    public static Offer said(Proposal proposal) {
        return new Offer(proposal, null);
    }

    /// True when it tells of what is no longer so.
    boolean over() {
        return as != null && as.status() != MemoryStatus.ACTIVE;
    }
}
