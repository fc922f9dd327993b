package dev.palate.web.memory;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.extraction.Written;
import dev.palate.memory.MemoryException;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Corrects memories on someone's behalf: every change is a revision with its actor. Thread-safe.
public final class MemoryDesk {
    private final Memories memories;
    private final MemoryWriter writer;
    private final ErasureDesk erasures;
    private final InstantSource clock;

    /// With the memories, what finds the meaning of new words, what erases, and the clock of changes.
    public MemoryDesk(Memories memories, MemoryWriter writer, ErasureDesk erasures, InstantSource clock) {
        this.erasures = erasures;
        this.memories = memories;
        this.writer = writer;
        this.clock = clock;
    }

    Memory edit(Memory memory, MemoryEdit edit, OptionalLong expected, Actor actor) {
        check(memory, expected);
        if (!edit.onlyFlags()) {
            refuseProfile(memory);
        }
        String text = edit.text();
        Memory worded = text == null ? memory : Input.at("#/text", () -> writer.reworded(memory, text));
        return put(edit.apply(worded, clock.instant()), actor, "edit");
    }

    /// Writes what was said of the user, as [MemoryAddition] asks.
    List<Written> add(UserId user, MemoryAddition addition, Actor actor) {
        if (addition.inferred()) {
            return writer.infer(user, addition.said(), actor);
        }
        return addition.said().stream()
                .map(said -> switch (said.speaker()) {
                    case USER -> writer.asIs(user, said.text(), Trust.STATED, actor);
                    case ASSISTANT -> new Written(Written.Outcome.REJECT, null, said.text(), "role");
                })
                .toList();
    }

    private static void refuseProfile(Memory memory) {
        if (memory.kind() == MemoryKind.PROFILE) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "memory " + memory.id() + " is a profile, which is rebuilt from memories; edit those. Of a profile"
                            + " only muted and locked can be changed");
        }
    }

    private static void check(Memory memory, OptionalLong expected) {
        if (expected.isPresent() && expected.getAsLong() != memory.revision()) {
            throw new MemoryException(
                    MemoryException.Code.REVISION_CONFLICT,
                    "memory " + memory.id() + " is at revision " + memory.revision() + ", the edit was made on "
                            + expected.getAsLong() + "; read it again");
        }
    }

    Memory restore(Memory memory, long revision, OptionalLong expected, Actor actor) {
        check(memory, expected);
        refuseProfile(memory);
        Memory state = memories.history(memory.id()).stream()
                .map(Revision::state)
                .filter(old -> old.revision() == revision)
                .findAny()
                .orElseThrow(() -> ProblemException.notFound("revision", String.valueOf(revision)));
        Memory restored = state.draft()
                .revision(memory.revision())
                .updatedAt(clock.instant())
                .build();
        return put(restored, actor, "restore of revision " + revision);
    }

    /// Puts a quarantined memory into force.
    Memory approve(Memory memory, Actor actor) {
        if (memory.status() != MemoryStatus.QUARANTINED) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "memory " + memory.id() + " is " + memory.status().key() + "; only a quarantined one is approved");
        }
        Memory next = memory.draft()
                .status(MemoryStatus.ACTIVE)
                .updatedAt(clock.instant())
                .build();
        return put(next, actor, "approved");
    }

    /// Erases the memory and waits a while for the receipt.
    ErasureState forget(Memory memory, Actor actor) throws InterruptedException {
        if (memory.locked() && !actor.value().startsWith("operator:")) {
            throw new MemoryException(
                    MemoryException.Code.LOCKED, "memory " + memory.id() + " is locked; an operator can unlock it");
        }
        return erasures.erase(memory, ErasureDesk.WAIT);
    }

    /// Erases all memories of the subject and waits a while for the receipt.
    ErasureState forgetAll(Subject subject) throws InterruptedException {
        return erasures.eraseAll(subject, ErasureDesk.WAIT);
    }

    /// Writes the memory; another active one that speaks of the same gives way to it in the same commit.
    private Memory put(Memory next, Actor actor, String cause) {
        List<Memories.Write> writes = new ArrayList<>();
        Slot slot = next.slot();
        if (slot != null && next.status() == MemoryStatus.ACTIVE) {
            for (Memory other : memories.active(next.subject())) {
                Slot held = other.slot();
                if (held != null && held.key().equals(slot.key()) && !other.id().equals(next.id())) {
                    writes.add(new Memories.Write(closed(other, next), actor, "replaced by " + next.id()));
                }
            }
        }
        writes.add(new Memories.Write(next, actor, cause));
        return memories.put(writes).getLast();
    }

    private static Memory closed(Memory other, Memory next) {
        return other.draft()
                .status(MemoryStatus.SUPERSEDED)
                .supersededBy(next.id())
                .validTo(next.updatedAt())
                .updatedAt(next.updatedAt())
                .build();
    }
}
