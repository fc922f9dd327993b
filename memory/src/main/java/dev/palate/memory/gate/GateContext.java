package dev.palate.memory.gate;

import dev.palate.memory.memory.Memory;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/// What the gates may look at beside the proposal.
///
/// @param active the active memories of the proposal's subject
/// @param written how many memories this turn or call has already written
/// @param consents the sensitive classes that the user agreed to have remembered
/// @param similarity how near the proposal's text is to an active memory; asked only when a gate needs it
/// @param quarantined how many memories of the subject are quarantined; asked only when a gate needs it
/// @param writtenSince how many memories of the subject were first written after a time, whatever became of
///     them; asked only when a gate needs it
/// @param now the time of the check
public record GateContext(
        List<Memory> active,
        int written,
        Set<SensitiveClass> consents,
        Similarity similarity,
        LongSupplier quarantined,
        ToLongFunction<Instant> writtenSince,
        Instant now) {
    public GateContext {
        active = List.copyOf(active);
        consents = Set.copyOf(consents);
    }

    /// Without consents, vectors or memories beside the active ones.
    public static GateContext of(List<Memory> active, int written, Instant now) {
        return new GateContext(
                active,
                written,
                Set.of(),
                Similarity.UNKNOWN,
                () -> 0,
                time -> active.stream()
                        .filter(memory -> memory.createdAt().isAfter(time))
                        .count(),
                now);
    }
}
