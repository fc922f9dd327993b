package dev.palate.memory.gate;

/// So many active memories of one subject, cold ones too: a bound on what one subject may cost. That so many of
/// them stay warm is the tiers' part, which make the weakest cold.
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
