package dev.palate.memory.dataset;

import dev.palate.memory.gate.Consents;
import dev.palate.memory.gate.GatePolicy;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.memory.Memories;

/// Where imported memories go: through the gates into the memories, or among the rejections.
///
/// @param gates those of the server without the ones that know how fast a person talks; see [#gates]
/// @param meaning reads texts that come without a kind and a slot
public record MemoryDoor(
        Memories memories, Rejections rejections, Consents consents, Gates gates, MemoryMeaning meaning) {
    /// The gates of a policy for memories that come in bulk, on purpose: the quota of a turn and the rate do not apply.
    public static Gates gates(GatePolicy policy) {
        return new Gates(new GatePolicy(
                policy.order().stream()
                        .filter(name -> !name.equals("turn-quota") && !name.equals("rate"))
                        .toList(),
                policy.overlap(),
                policy.similarity(),
                policy.perTurn(),
                policy.perHour(),
                policy.perSubject()));
    }
}
