package dev.palate.memory.gate;

/// So many active memories of one subject.
final class SubjectQuotaGate implements WriteGate {
    private final int most;

    SubjectQuotaGate(int most) {
        this.most = most;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        return context.active().size() >= most ? new Verdict.Reject("subject_full") : new Verdict.Accept();
    }
}
