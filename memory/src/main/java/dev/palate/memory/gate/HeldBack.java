package dev.palate.memory.gate;

import dev.palate.memory.conversation.Role;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// Judges quarantined memories again by the policy of today. The rate is asked for the hour in which a memory was
/// written, with those that the same call wrote before it, so that the same policy holds the same memories back
/// whenever it is asked. Thread-safe.
public final class HeldBack {
    private final GatedMemories door;

    /// Through the door.
    public HeldBack(GatedMemories door) {
        this.door = door;
    }

    /// Puts the memory into force when the policy has nothing against it, as the system; else it stays as it is.
    ///
    /// @param cause of the revision
    /// @return true when it is in force now
    /// @throws dev.palate.memory.MemoryException what the store could not do
    public boolean release(Memory held, String cause) {
        if (held.status() != MemoryStatus.QUARANTINED) {
            return false;
        }
        Verdict verdict = door.gates().check(proposal(held), context(held));
        boolean fits = switch (verdict) {
            case Verdict.Accept _, Verdict.Supersede _ -> true;
            case Verdict.Merge _, Verdict.Quarantine _, Verdict.Reject _ -> false;
        };
        if (!fits) {
            return false;
        }
        try {
            Memory released = door.change(new GatedMemories.Change(
                    held.id(),
                    OptionalLong.empty(),
                    Actor.SYSTEM,
                    cause,
                    memory -> memory.status() == MemoryStatus.QUARANTINED
                            ? memory.draft().status(MemoryStatus.ACTIVE).build()
                            : memory));
            return released.status() == MemoryStatus.ACTIVE;
        } catch (RefusedException e) {
            // Something locked or believed more speaks of the same.
            return false;
        }
    }

    private static Proposal proposal(Memory held) {
        String quote =
                held.evidence().isEmpty() ? "" : held.evidence().getLast().quote();
        String words = quote.isEmpty() ? held.text() : quote;
        return new Proposal(
                held.subject(),
                held.kind(),
                held.text(),
                held.polarity(),
                held.trust(),
                held.slot(),
                words,
                words,
                held.evidence().isEmpty() ? "" : held.evidence().getLast().id(),
                Role.USER);
    }

    private GateContext context(Memory held) {
        Memories memories = door.stores().memories();
        Subject subject = held.subject();
        Instant written = held.createdAt();
        List<Memory> active = memories.standing(subject).stream()
                .filter(memory -> memory.kind() != MemoryKind.PROFILE)
                .toList();
        Set<SensitiveClass> consents = subject instanceof Subject.OfUser(UserId user)
                ? door.stores().consents().of(user)
                : Set.of();
        return new GateContext(
                active,
                0,
                consents,
                door.stores().similarity(),
                () -> 0,
                since -> memories.writtenBefore(held, since),
                written);
    }
}
