package dev.palate.memory.gate;

import java.util.List;

/// All gates in their order: the first that does not accept decides. Thread-safe.
///
/// A merge writes nothing new, so it comes before the quota of a full subject; a quota of the turn holds for merges
/// and supersessions too.
public final class Gates implements WriteGate {
    private final GateLimits limits;
    private final List<WriteGate> refusing;
    private final List<WriteGate> settling;

    /// With the numbers.
    public Gates(GateLimits limits) {
        this.limits = limits;
        refusing = List.of(new RoleGate(), new SpanGate(limits.overlap()), new InjectionGate());
        settling = List.of(new DuplicateGate(), new ConflictGate(), new QuotaGate(limits));
    }

    /// With [GateLimits#DEFAULT].
    public static Gates standard() {
        return new Gates(GateLimits.DEFAULT);
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        for (WriteGate gate : refusing) {
            Verdict verdict = gate.check(proposal, context);
            if (!(verdict instanceof Verdict.Accept)) {
                return verdict;
            }
        }
        if (context.written() >= limits.perTurn()) {
            return new Verdict.Reject("quota");
        }
        for (WriteGate gate : settling) {
            Verdict verdict = gate.check(proposal, context);
            if (!(verdict instanceof Verdict.Accept)) {
                return verdict;
            }
        }
        return new Verdict.Accept();
    }
}
