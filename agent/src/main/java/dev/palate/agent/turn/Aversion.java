package dev.palate.agent.turn;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import java.util.List;
import java.util.Optional;

/// How far a memory is against what its slot names. There are two on purpose: what a turn holds its list to, and says
/// that it holds to, are rules alone, and what a dislike does is the recommender's to say; yet a dislike is enough for
/// a model's guess at what a message asks for not to be taken up, since nobody asked for that.
enum Aversion {
    /// The user wants none of it, as a constraint says.
    RULE,

    /// The user wants none of it or likes it little, whatever the memory's kind.
    DISLIKE;

    private boolean in(Memory memory) {
        return memory.polarity() < 0 && (this == DISLIKE || memory.kind() == MemoryKind.CONSTRAINT);
    }

    /// What of a facet, such as `genre`, a memory is against; absent where it is against nothing of it.
    Optional<String> of(Memory memory, String facet) {
        Slot slot = memory.slot();
        return slot != null && slot.facet().equals(facet) && in(memory) ? Optional.of(slot.value()) : Optional.empty();
    }

    /// What of a facet the memories are against.
    List<String> of(List<Memory> memories, String facet) {
        return memories.stream().flatMap(memory -> of(memory, facet).stream()).toList();
    }
}
