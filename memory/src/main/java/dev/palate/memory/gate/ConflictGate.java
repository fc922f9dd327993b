package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Slot;

/// Two memories never share a slot: the later word supersedes the earlier one, unless that one is locked or believed
/// more.
public final class ConflictGate implements WriteGate {
    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        Slot slot = proposal.slot();
        if (slot == null) {
            return new Verdict.Accept();
        }
        for (Memory memory : context.active()) {
            Slot other = memory.slot();
            if (other == null || !slot.key().equals(other.key())) {
                continue;
            }
            if (memory.locked()) {
                return new Verdict.Reject("locked");
            }
            return memory.trust().compareTo(proposal.trust()) < 0
                    ? new Verdict.Reject("lower_trust")
                    : new Verdict.Supersede(memory.id(), "conflict");
        }
        return new Verdict.Accept();
    }
}
