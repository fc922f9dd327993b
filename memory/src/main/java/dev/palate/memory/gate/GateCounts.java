package dev.palate.memory.gate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/// How often which gate decided what. Only the places listed here are counted in, so that whoever shows them shows a
/// closed set; a decision of no place would be a mistake of this build and counts as [#OTHER]. Thread-safe.
public final class GateCounts {
    /// In place of a gate's name, where all accepted.
    public static final String ALL = "all";
    /// In place of a reason that no gate is known to give.
    public static final String OTHER = "other";
    /// In place of a reason, where all accepted.
    public static final String NONE = "none";

    /// What each gate may decide, by verdict.
    private static final Map<String, Map<String, Set<String>>> DECISIONS = Map.ofEntries(
            Map.entry(ALL, Map.of("accept", Set.of(NONE))),
            Map.entry("role", Map.of("reject", Set.of("role"))),
            Map.entry("span", Map.of("reject", Set.of("no_span"))),
            Map.entry("language", Map.of("reject", Set.of("translated"))),
            Map.entry(
                    "injection",
                    Map.of(
                            "reject",
                            Set.of("injection", "link", InjectionGate.UNCLEAR),
                            "quarantine",
                            Set.of(InjectionGate.UNCLEAR))),
            Map.entry("sensitive", Map.of("reject", Set.of(SensitiveGate.REASON))),
            Map.entry("turn-quota", Map.of("reject", Set.of("quota"))),
            Map.entry("duplicate", Map.of("reject", Set.of("locked"), "merge", Set.of("duplicate"))),
            Map.entry("conflict", Map.of("reject", Set.of("locked", "lower_trust"), "supersede", Set.of("conflict"))),
            Map.entry("rate", Map.of("reject", Set.of("rate"), "quarantine", Set.of("rate"))),
            Map.entry("subject-quota", Map.of("reject", Set.of("subject_full"))));

    /// A place that is counted in.
    ///
    /// @param gate its name in [GatePolicy#GATES], [#ALL] where all accepted
    /// @param verdict `accept`, `merge`, `supersede`, `quarantine` or `reject`
    /// @param reason of the gate, [#NONE] or [#OTHER]
    public record Decision(String gate, String verdict, String reason) {}

    private static final Decision UNKNOWN = new Decision(OTHER, OTHER, OTHER);

    private final Map<Decision, LongAdder> counts = new LinkedHashMap<>();

    GateCounts() {
        List<String> gates = new ArrayList<>(List.of(ALL));
        gates.addAll(GatePolicy.GATES);
        for (String gate : gates) {
            Objects.requireNonNull(DECISIONS.get(gate)).entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(verdict -> verdict.getValue().stream()
                            .sorted()
                            .forEach(reason ->
                                    counts.put(new Decision(gate, verdict.getKey(), reason), new LongAdder())));
        }
        counts.put(UNKNOWN, new LongAdder());
    }

    void decided(String gate, Verdict verdict) {
        String name = switch (verdict) {
            case Verdict.Accept _ -> "accept";
            case Verdict.Merge _ -> "merge";
            case Verdict.Supersede _ -> "supersede";
            case Verdict.Quarantine _ -> "quarantine";
            case Verdict.Reject _ -> "reject";
        };
        String reason = verdict.reason().isEmpty() ? NONE : verdict.reason();
        Decision decision = new Decision(gate, name, reason);
        Objects.requireNonNull(counts.get(counts.containsKey(decision) ? decision : UNKNOWN))
                .increment();
    }

    /// All places, always the same ones in the same order.
    public List<Decision> decisions() {
        return List.copyOf(counts.keySet());
    }

    /// How often it was decided so; 0 for what is no place.
    public long of(Decision decision) {
        LongAdder place = counts.get(decision);
        return place == null ? 0 : place.sum();
    }
}
