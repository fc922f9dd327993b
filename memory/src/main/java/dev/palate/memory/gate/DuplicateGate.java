package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Slot;

/// A second memory of one slot and one sign, or free text of the same words or meaning, is no second memory.
public final class DuplicateGate implements WriteGate {
    private final double similarity;

    /// @param similarity cosine from which free text of one kind counts as the same
    DuplicateGate(double similarity) {
        this.similarity = similarity;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        for (Memory memory : context.active()) {
            if (same(proposal, memory) || near(proposal, memory, context)) {
                return new Verdict.Merge(memory.id(), "duplicate");
            }
        }
        return new Verdict.Accept();
    }

    // Only free text: two memories of different slots are different however near their texts are.
    private boolean near(Proposal proposal, Memory memory, GateContext context) {
        return proposal.slot() == null
                && memory.slot() == null
                && memory.kind() == proposal.kind()
                && Math.signum(proposal.polarity()) == Math.signum(memory.polarity())
                && context.similarity().cosine(proposal.text(), memory) >= similarity;
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
