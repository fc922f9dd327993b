package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Slot;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A second memory of one slot and one sign, or free text of the same words or meaning, is no second memory. Where a
/// slot has one value at a time, another value of the same meaning is the same, too, unless the numbers differ.
/// What somebody locked is not reinforced either.
public final class DuplicateGate implements WriteGate {
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private final double similarity;

    /// @param similarity cosine from which free text of one kind counts as the same
    DuplicateGate(double similarity) {
        this.similarity = similarity;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        for (Memory memory : context.active()) {
            if (same(proposal, memory)) {
                return merge(memory);
            }
        }
        List<Memory> comparable = context.active().stream()
                .filter(memory -> comparable(proposal, memory))
                .toList();
        if (comparable.isEmpty()) {
            return new Verdict.Accept();
        }
        double[] cosines = context.similarity().cosines(proposal.text(), comparable);
        int nearest = 0;
        for (int i = 1; i < cosines.length; i++) {
            nearest = cosines[i] > cosines[nearest] ? i : nearest;
        }
        return cosines[nearest] >= similarity ? merge(comparable.get(nearest)) : new Verdict.Accept();
    }

    private static Verdict merge(Memory memory) {
        return memory.locked() ? new Verdict.Reject("locked") : new Verdict.Merge(memory.id(), "duplicate");
    }

    // Two memories of different slots are different however near their texts are.
    private static boolean comparable(Proposal proposal, Memory memory) {
        if (Math.signum(proposal.polarity()) != Math.signum(memory.polarity())) {
            return false;
        }
        Slot slot = proposal.slot();
        Slot other = memory.slot();
        if (slot == null || other == null) {
            return slot == null && other == null && memory.kind() == proposal.kind();
        }
        return slot.key().equals(other.key()) && numbers(slot.value()).equals(numbers(other.value()));
    }

    private static List<String> numbers(String value) {
        return NUMBER.matcher(value).results().map(MatchResult::group).toList();
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
