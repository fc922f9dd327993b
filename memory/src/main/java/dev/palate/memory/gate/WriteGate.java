package dev.palate.memory.gate;

/// One rule about writing memories. Stateless and thread-safe.
@FunctionalInterface
public interface WriteGate {
    /// What the rule says; [Verdict.Accept] when it has nothing against the proposal.
    Verdict check(Proposal proposal, GateContext context);
}
