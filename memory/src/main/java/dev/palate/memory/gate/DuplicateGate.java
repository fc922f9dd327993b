package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Slot;

/// A second memory of one slot and one sign, or free text of the same words, is no second memory.
public final class DuplicateGate implements WriteGate {
    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        for (Memory memory : context.active()) {
            if (same(proposal, memory)) {
                return new Verdict.Merge(memory.id(), "duplicate");
            }
        }
        return new Verdict.Accept();
    }

    private static boolean same(Proposal proposal, Memory memory) {
        Slot slot = proposal.slot();
        Slot other = memory.slot();
        if (slot == null || other == null) {
            return slot == null
                    && other == null
                    && Words.normal(proposal.text()).equals(Words.normal(memory.text()));
        }
        return slot.equals(other) && Math.signum(proposal.polarity()) == Math.signum(memory.polarity());
    }
}
