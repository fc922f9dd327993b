package dev.palate.memory.gate;

import java.util.List;

/// The gates of a policy in their order: the first that does not accept decides. Thread-safe.
public final class Gates implements WriteGate {
    private final GatePolicy policy;
    private final List<WriteGate> gates;
    private final GateCounts counts = new GateCounts();

    /// Those that the policy names.
    public Gates(GatePolicy policy) {
        this.policy = policy;
        gates = policy.order().stream().map(name -> gate(name, policy)).toList();
    }

    /// With [GatePolicy#DEFAULT].
    public static Gates standard() {
        return new Gates(GatePolicy.DEFAULT);
    }

    private static WriteGate gate(String name, GatePolicy policy) {
        return switch (name) {
            case "role" -> new RoleGate();
            case "span" -> new SpanGate(policy.overlap());
            case "language" -> new LanguageGate();
            case "injection" -> new InjectionGate();
            case "sensitive" -> new SensitiveGate();
            case "turn-quota" -> new TurnQuotaGate(policy.perTurn());
            case "duplicate" -> new DuplicateGate(policy.similarity());
            case "conflict" -> new ConflictGate();
            case "rate" -> new RateGate(policy.perHour());
            case "subject-quota" -> new SubjectQuotaGate(policy.perSubject());
            default -> throw new IllegalArgumentException("no gate is named " + name);
        };
    }

    /// What they were made by.
    public GatePolicy policy() {
        return policy;
    }

    /// How often which gate decided what, since these were made.
    public GateCounts counts() {
        return counts;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        for (int at = 0; at < gates.size(); at++) {
            Verdict verdict = gates.get(at).check(proposal, context);
            if (!(verdict instanceof Verdict.Accept)) {
                counts.decided(policy.order().get(at), verdict);
                return verdict;
            }
        }
        Verdict accept = new Verdict.Accept();
        counts.decided(GateCounts.ALL, accept);
        return accept;
    }
}
