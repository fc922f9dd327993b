package dev.palate.memory.gate;

/// So many memories in one turn or call, merges and supersessions included.
final class TurnQuotaGate implements WriteGate {
    private final int most;

    TurnQuotaGate(int most) {
        this.most = most;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        return context.written() >= most ? new Verdict.Reject("quota") : new Verdict.Accept();
    }
}
