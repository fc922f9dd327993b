package dev.palate.web.memory;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.memory.MemoryException;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.gate.RefusedException;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;

/// Corrects memories on someone's behalf: every change is a revision with its actor. Thread-safe.
public final class MemoryDesk {
    private final MemoryWriter writer;
    private final ErasureDesk erasures;
    private final InstantSource clock;

    /// With what writes, what erases, and the clock of changes.
    public MemoryDesk(MemoryWriter writer, ErasureDesk erasures, InstantSource clock) {
        this.erasures = erasures;
        this.writer = writer;
        this.clock = clock;
    }

    Memory edit(Memory memory, MemoryEdit edit, OptionalLong expected, Actor actor) {
        if (!edit.onlyFlags()) {
            refuseProfile(memory);
        }
        String text = edit.text();
        var change = new MemoryWriter.Edit(memory.id(), expected, actor);
        try {
            return writer.change(
                    change,
                    "edit",
                    now -> edit.apply(
                            text == null ? now : Input.at("#/text", () -> writer.reworded(now, text, actor)),
                            clock.instant()));
        } catch (RefusedException e) {
            if (e.ofWords()) {
                throw ProblemException.invalid("#/text", String.valueOf(e.getMessage()));
            }
            throw e;
        }
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

    Memory restore(Memory memory, long revision, OptionalLong expected, Actor actor) {
        refuseProfile(memory);
        return writer.restore(new MemoryWriter.Edit(memory.id(), expected, actor), revision);
    }

    /// Puts a quarantined memory into force.
    Memory approve(Memory memory, Actor actor) {
        if (memory.status() != MemoryStatus.QUARANTINED) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "memory " + memory.id() + " is " + memory.status().key() + "; only a quarantined one is approved");
        }
        return writer.approve(new MemoryWriter.Edit(memory.id(), OptionalLong.empty(), actor));
    }

    /// Erases the memory and waits a while for the receipt.
    ErasureState forget(Memory memory, Actor actor) throws InterruptedException {
        if (memory.locked() && !actor.operator()) {
            throw new MemoryException(
                    MemoryException.Code.LOCKED, "memory " + memory.id() + " is locked; an operator can unlock it");
        }
        return erasures.erase(memory, ErasureDesk.WAIT);
    }

    /// Erases all memories of the subject and waits a while for the receipt.
    ErasureState forgetAll(Subject subject) throws InterruptedException {
        return erasures.eraseAll(subject, ErasureDesk.WAIT);
    }
}
