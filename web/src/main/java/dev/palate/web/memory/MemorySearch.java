package dev.palate.web.memory;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.tier.RecalledMemory;
import dev.palate.memory.tier.TieredMemories;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds memories of one subject by words and by meaning. Those in force come from the subject's pack, with scores and
/// every write so far; others from the index, in order only. Thread-safe.
public final class MemorySearch {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final int MOST = 400;

    private final TieredMemories memories;

    /// With the memories.
    public MemorySearch(TieredMemories memories) {
        this.memories = memories;
    }

    /// A memory found.
    ///
    /// @param recalled how it was scored, absent where only the order is known
    record Hit(Memory memory, @Nullable RecalledMemory recalled) {}

    /// The nearest memories of the filter's subject that the filter lets through, best first.
    List<Hit> search(Subject subject, String words, MemoryFilter filter, int size) {
        if (!filter.statuses().equals(Set.of(MemoryStatus.ACTIVE))) {
            return memories.search(words, filter, size).stream()
                    .filter(memory -> memory.subject().equals(subject))
                    .map(memory -> new Hit(memory, null))
                    .toList();
        }
        return memories.recall(subject, words, MOST, DEADLINE).memories().stream()
                .filter(hit -> filter.kinds().isEmpty()
                        || filter.kinds().contains(hit.memory().kind()))
                .limit(size)
                .map(hit -> new Hit(hit.memory(), hit))
                .toList();
    }
}
