package dev.palate.memory.gate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The gates of a policy in their order: the first that does not accept decides. Thread-safe.
public final class Gates implements WriteGate {
    /// Those that look at the words alone, not at who said them or at what else there is.
    private static final Set<String> OF_WORDS = Set.of("language", "injection", "sensitive");

    private final GatePolicy policy;
    private final Map<String, WriteGate> gates = new LinkedHashMap<>();
    private final GateCounts counts = new GateCounts();

    /// Those that the policy names.
    public Gates(GatePolicy policy) {
        this.policy = policy;
        policy.order().forEach(name -> gates.put(name, gate(name, policy)));
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
        return check(gates.keySet(), proposal, context);
    }

    /// What the gates that look at words alone say: `language`, `injection`, `sensitive`, as far as the policy
    /// has them. For words that a memory is to have from now on.
    public Verdict checkWords(Proposal proposal, GateContext context) {
        return check(OF_WORDS, proposal, context);
    }

    private Verdict check(Set<String> names, Proposal proposal, GateContext context) {
        for (Map.Entry<String, WriteGate> gate : gates.entrySet()) {
            if (!names.contains(gate.getKey())) {
                continue;
            }
            Verdict verdict = gate.getValue().check(proposal, context);
            if (!(verdict instanceof Verdict.Accept)) {
                counts.decided(gate.getKey(), verdict);
                return verdict;
            }
        }
        Verdict accept = new Verdict.Accept();
        counts.decided(GateCounts.ALL, accept);
        return accept;
    }
}
