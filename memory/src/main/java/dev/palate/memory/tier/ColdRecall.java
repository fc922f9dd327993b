package dev.palate.memory.tier;

import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.ScoredMemory;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.text.EncodingVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Recall among the cold memories of a subject that had no room in its pack: every code is looked at by tables, words
/// by
/// the index; the few best of both are read from the truth, encoded again and scored as those in the pack. Thread-
/// safe.
final class ColdRecall {
    private static final int MOST_ENCODED = 16;

    private final Memories truth;
    private final ColdCodes codes;
    private final MemoryIndex index;
    private final PackLoader loader;

    /// What is asked for.
    ///
    /// @param raw the vector of the words, absent when time ran out
    record Query(String words, Collection<String> terms, Optional<float[]> raw, int k, long deadlineNanos) {}

    ColdRecall(Memories truth, ColdCodes codes, MemoryIndex index, PackLoader loader) {
        this.truth = truth;
        this.codes = codes;
        this.index = index;
        this.loader = loader;
    }

    /// The best of the pack and of what had no room in it.
    List<RecalledMemory> with(
            List<RecalledMemory> best, MemoryPack pack, Query query, EncodingVersion encoding, Instant now) {
        if (pack.left().isEmpty()) {
            return best;
        }
        List<Memory> memories = truth.memories(candidates(pack, query, encoding)).values().stream()
                .filter(memory -> memory.status() == MemoryStatus.ACTIVE)
                .toList();
        EncodedMemories few = loader.of(memories, query.deadlineNanos());
        List<RecalledMemory> both = new ArrayList<>(best);
        both.addAll(PackScores.best(few, new PackScores.Query(query.terms(), query.raw(), encoding, now), query.k()));
        both.sort(PackScores.BEST_FIRST);
        return both.subList(0, Math.min(query.k(), both.size()));
    }

    private Set<MemoryId> candidates(MemoryPack pack, Query query, EncodingVersion encoding) {
        int most = Math.min(query.k(), MOST_ENCODED);
        Set<MemoryId> left = new HashSet<>();
        pack.left().forEach(cold -> left.add(cold.memory()));
        Set<MemoryId> found = new LinkedHashSet<>();
        query.raw().ifPresent(raw -> found.addAll(codes.best(pack.left(), raw, encoding, most)));
        for (ScoredMemory hit : index.search(query.words(), MemoryFilter.active(pack.subject()), most)) {
            if (left.contains(hit.memory())) {
                found.add(hit.memory());
            }
        }
        return found;
    }
}
