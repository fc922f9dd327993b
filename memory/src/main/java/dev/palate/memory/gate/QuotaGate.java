package dev.palate.memory.gate;

/// So many memories a turn and so many a subject, no more.
public final class QuotaGate implements WriteGate {
    private final GateLimits limits;

    /// With the numbers.
    public QuotaGate(GateLimits limits) {
        this.limits = limits;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        if (context.written() >= limits.perTurn()) {
            return new Verdict.Reject("quota");
        }
        return context.active().size() >= limits.perSubject()
                ? new Verdict.Reject("subject_full")
                : new Verdict.Accept();
    }
}
