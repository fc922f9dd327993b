package dev.palate.web.memory;

import dev.palate.memory.MemoryException;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Revision;
import dev.palate.web.problem.ProblemException;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;

/// Corrects memories on someone's behalf: every change is a revision with its actor. Thread-safe.
public final class MemoryDesk {
    private final Memories memories;
    private final InstantSource clock;

    /// With the memories and the clock of changes.
    public MemoryDesk(Memories memories, InstantSource clock) {
        this.memories = memories;
        this.clock = clock;
    }

    Memory edit(Memory memory, MemoryEdit edit, OptionalLong expected, Actor actor) {
        if (expected.isPresent() && expected.getAsLong() != memory.revision()) {
            throw new MemoryException(
                    MemoryException.Code.REVISION_CONFLICT,
                    "memory " + memory.id() + " is at revision " + memory.revision() + ", the edit was made on "
                            + expected.getAsLong() + "; read it again");
        }
        return put(edit.apply(memory, clock.instant()), actor, "edit");
    }

    Memory restore(Memory memory, long revision, Actor actor) {
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

    void forget(Memory memory, Actor actor) {
        if (memory.locked() && !actor.value().startsWith("operator:")) {
            throw new MemoryException(
                    MemoryException.Code.LOCKED, "memory " + memory.id() + " is locked; an operator can unlock it");
        }
        memories.forget(memory.id());
    }

    private Memory put(Memory next, Actor actor, String cause) {
        return memories.put(List.of(new Memories.Write(next, actor, cause))).getFirst();
    }
}
