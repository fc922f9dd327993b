package dev.palate.web.memory;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Component;

/// Memories as they might be, by the same rules that change them; nothing is written. Thread-safe.
@Component
public final class Overrides {
    /// The most at a time.
    public static final int MOST = 50;

    private final Memories memories;
    private final MemoryWriter writer;
    private final InstantSource clock;

    Overrides(Memories memories, MemoryWriter writer, InstantSource clock) {
        this.memories = memories;
        this.writer = writer;
        this.clock = clock;
    }

    /// What the overrides make of a user's active memories.
    ///
    /// @param actor who looks
    /// @throws ProblemException when one cannot be, or is of a memory that is not the user's, or not active
    public UnaryOperator<List<Memory>> of(UserId user, List<MemoryOverride> overrides, Actor actor) {
        if (overrides.isEmpty() || overrides.size() > MOST) {
            throw ProblemException.invalid(
                    "#/overrides", "overrides must hold 1 to " + MOST + " entries, held " + overrides.size());
        }
        Map<MemoryId, Optional<Memory>> changed = new HashMap<>();
        for (int at = 0; at < overrides.size(); at++) {
            String pointer = "#/overrides/" + at;
            MemoryOverride override = Input.required(pointer, overrides.get(at));
            Memory memory = memory(user, pointer, override);
            if (changed.put(memory.id(), changed(memory, pointer, override, actor)) != null) {
                throw ProblemException.invalid(pointer + "/memory_id", "memory " + memory.id() + " is named twice");
            }
        }
        return active -> {
            List<Memory> next = new ArrayList<>();
            for (Memory memory : active) {
                Optional<Memory> other = changed.get(memory.id());
                if (other == null) {
                    next.add(memory);
                } else {
                    other.ifPresent(next::add);
                }
            }
            return next;
        };
    }

    private Memory memory(UserId user, String pointer, MemoryOverride override) {
        String named = Input.required(pointer + "/memory_id", override.memoryId());
        Memory memory = memories.memory(Input.at(pointer + "/memory_id", () -> new MemoryId(named)))
                .filter(one -> one.subject().equals(new Subject.OfUser(user)))
                .orElseThrow(() -> ProblemException.notFound("memory", named));
        if (memory.status() != MemoryStatus.ACTIVE || memory.kind() == MemoryKind.PROFILE) {
            throw ProblemException.invalid(
                    pointer + "/memory_id",
                    "only a memory in force can be looked at as another, and no profile; this one is a "
                            + memory.kind().key() + ", " + memory.status().key());
        }
        return memory;
    }

    /// Empty when it is to be left out.
    private Optional<Memory> changed(Memory memory, String pointer, MemoryOverride override, Actor actor) {
        if (Input.or(override.forgotten(), false)) {
            return Optional.empty();
        }
        String text = override.text();
        MemoryEdit edit = new MemoryEdit(text, override.polarity(), override.muted(), null, override.expirationDate());
        Memory said = text == null ? memory : Input.at(pointer + "/text", () -> writer.reworded(memory, text, actor));
        return Optional.of(edit.apply(said, clock.instant()));
    }
}
