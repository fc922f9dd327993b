package dev.palate.memory.tier;

import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.user.UserId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What came of a slate is told to the memories that moved it. That they moved it counts as a use, in the heap alone.
/// What the user then did with an item moves the strength of its memories by a step, as a revision of `system`, once
/// for
/// each thing that was done. Thread-safe.
public final class Reinforcement {
    private static final Logger LOG = LoggerFactory.getLogger(Reinforcement.class);
    /// Of a slate's item, named first because they moved it most.
    private static final int MEMORIES_OF_AN_ITEM = 3;
    /// Steps of one memory by one slate.
    private static final int STEPS_OF_A_SLATE = 2;

    private static final int ATTEMPTS = 3;
    private static final double STEP = 0.1;
    private static final double LEAST = 0.1;
    private static final double MOST = 0.9;
    private static final double TELLING = 0.5;
    private static final String CAUSE = "outcome ";

    private final TieredMemories memories;
    private final Slates slates;
    private final InstantSource clock;

    /// @param memories through which all writes go
    public Reinforcement(TieredMemories memories, Slates slates, InstantSource clock) {
        this.memories = memories;
        this.slates = slates;
        this.clock = clock;
    }

    /// Something a user did with an item of a slate.
    ///
    /// @param id of it; told twice, it counts once
    /// @param weight how much it counts as liking, in [-1, 1]; less than a half of either tells nothing
    public record Outcome(String id, UserId user, SlateId slate, ItemId item, double weight) {}

    /// The memories moved items that were shown to their subject.
    public void shown(UserId user, Collection<MemoryId> moved) {
        memories.used(new Subject.OfUser(user), moved);
    }

    /// Takes note of what was done. Never fails: what cannot be written is logged, and telling it again makes up for
    /// it.
    ///
    /// @return how many memories changed
    public int happened(Outcome outcome) {
        if (Math.abs(outcome.weight()) < TELLING) {
            return 0;
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return write(outcome);
            } catch (MemoryException e) {
                if (e.code() != MemoryException.Code.REVISION_CONFLICT || attempt == ATTEMPTS) {
                    LOG.warn("outcome {} was not told to its memories: {}", outcome.id(), e.code());
                    return 0;
                }
            }
        }
    }

    private int write(Outcome outcome) {
        Optional<SlateRecord.Entry> entry = slates.slate(outcome.slate())
                .filter(slate -> outcome.user().equals(slate.user()))
                .flatMap(slate -> slate.entries().stream()
                        .filter(shown -> shown.item().equals(outcome.item()))
                        .findFirst());
        if (entry.isEmpty()) {
            return 0;
        }
        List<MemoryId> named =
                entry.get().memories().stream().limit(MEMORIES_OF_AN_ITEM).toList();
        List<Memories.Write> writes = new ArrayList<>();
        for (Memory memory : memories.memories(named).values()) {
            if (moves(memory, outcome) && isNew(memory, outcome)) {
                String cause = CAUSE + outcome.slate().value() + " " + outcome.id();
                writes.add(new Memories.Write(stepped(memory, outcome.weight()), Actor.SYSTEM, cause));
            }
        }
        memories.put(writes);
        return writes.size();
    }

    /// Only what is in force, of this user, and neither a rule nor locked.
    private boolean moves(Memory memory, Outcome outcome) {
        return memory.subject().equals(new Subject.OfUser(outcome.user()))
                && memory.kind() != MemoryKind.CONSTRAINT
                && memory.polarity() != 0
                && !memory.locked()
                && memory.effectiveAt(clock.instant());
    }

    private boolean isNew(Memory memory, Outcome outcome) {
        String ofSlate = CAUSE + outcome.slate().value() + " ";
        List<String> causes = memories.history(memory.id()).stream()
                .map(Revision::cause)
                .filter(cause -> cause.startsWith(ofSlate))
                .toList();
        return causes.size() < STEPS_OF_A_SLATE && !causes.contains(ofSlate + outcome.id());
    }

    /// A tenth of the way to .9 or .1, times the weight. A dislike that moved an item down is borne out by a dislike.
    /// The time of change stays: an outcome weighs, it does not say again.
    private static Memory stepped(Memory memory, double weight) {
        double towards = weight * Math.signum(memory.polarity());
        double strength = memory.strength();
        double room = towards > 0 ? Math.max(0, MOST - strength) : Math.max(0, strength - LEAST);
        return memory.draft().strength(strength + STEP * towards * room).build();
    }
}
