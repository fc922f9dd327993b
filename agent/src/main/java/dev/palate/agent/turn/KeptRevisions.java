package dev.palate.agent.turn;

import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Revision;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Memories in the revisions that a trace names, as `id@revision`, each looked for once. For one thread.
final class KeptRevisions {
    private final Memories memories;
    private final Map<String, Optional<Memory>> found = new HashMap<>();

    KeptRevisions(Memories memories) {
        this.memories = memories;
    }

    /// Absent when it is not kept any more.
    Optional<Memory> of(String reference) {
        return found.computeIfAbsent(reference, one -> {
            int at = one.lastIndexOf('@');
            MemoryId id = new MemoryId(one.substring(0, at));
            long revision = Long.parseLong(one.substring(at + 1));
            Optional<Memory> now = memories.memory(id);
            if (now.isEmpty() || now.get().revision() == revision) {
                return now;
            }
            return memories.history(id).stream()
                    .map(Revision::state)
                    .filter(state -> state.revision() == revision)
                    .findFirst();
        });
    }
}
