package dev.palate.memory.gate;

import dev.palate.memory.Require;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/// Which gates a proposal passes, in which order, with which numbers.
///
/// @param order names of gates, out of [#GATES], each at most once; a gate that is left out is off
/// @param overlap share of a quote's words that must stand in the source in their order, in (0, 1]
/// @param similarity cosine from which free text counts as said before, in [0.5, 1]
/// @param perTurn new or changed memories in one turn or call, 1 to 400
/// @param perHour new memories of one subject within an hour before more are quarantined, 1 to 10,000
/// @param perSubject active memories of one subject, warm and cold, 1 to 4,000; beyond
///     [dev.palate.memory.memory.Memories#MAX_ACTIVE] the weakest go cold
public record GatePolicy(
        List<String> order, double overlap, double similarity, int perTurn, int perHour, int perSubject) {
    /// All gates, in their usual order. Those that refuse come first; a merge writes no new memory, so
    /// duplicates are found before the quotas; a new one that supersedes another is new all the same, so the
    /// rate is asked before.
    public static final List<String> GATES = List.of(
            "role",
            "span",
            "language",
            "injection",
            "sensitive",
            "turn-quota",
            "duplicate",
            "rate",
            "conflict",
            "subject-quota");

    private static final int MOST_OF_A_SUBJECT = 4_000;

    /// All gates; 0.85 of the words, cosine 0.95, three a turn, 60 an hour, 4,000 a subject.
    public static final GatePolicy DEFAULT = new GatePolicy(GATES, 0.85, 0.95, 3, 60, MOST_OF_A_SUBJECT);

    public GatePolicy {
        order = List.copyOf(order);
        for (String name : order) {
            if (!GATES.contains(name)) {
                throw new IllegalArgumentException(
                        "a gate must be one of " + String.join(", ", GATES) + ", was " + name);
            }
        }
        if (new HashSet<>(order).size() != order.size()) {
            throw new IllegalArgumentException("each gate may be named once, was " + String.join(", ", order));
        }
        Require.range("overlap", overlap, 0.01, 1);
        Require.range("similarity", similarity, 0.5, 1);
        Require.range("memories per turn", perTurn, 1, 400);
        Require.range("memories per hour", perHour, 1, 10_000);
        Require.range("memories per subject", perSubject, 1, MOST_OF_A_SUBJECT);
    }

    /// The same for memories that come in bulk, on purpose: the quota of a turn and the rate do not apply.
    public GatePolicy inBulk() {
        List<String> left = order.stream()
                .filter(name -> !name.equals("turn-quota") && !name.equals("rate"))
                .toList();
        return new GatePolicy(left, overlap, similarity, perTurn, perHour, perSubject);
    }

    /// A short name of this policy, equal for equal policies and kept with each rejection.
    public String key() {
        CRC32C sum = new CRC32C();
        sum.update(toString().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }
}
