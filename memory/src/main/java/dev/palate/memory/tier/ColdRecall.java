package dev.palate.memory.tier;

import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.ScoredMemory;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.text.EncodingVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Recall among the memories of a subject that had no room in its pack: every code of a cold one is looked at by
/// tables, the index is asked for the nearest of those not cold yet and for words; the few best of each are encoded
/// again and scored as those in the pack. Thread-safe.
final class ColdRecall {
    private static final int MOST_ENCODED = 16;

    private final ColdCodes codes;
    private final MemoryIndex index;
    private final PackLoader loader;

    /// What is asked for.
    ///
    /// @param raw the vector of the words, absent when time ran out
    record Query(String words, Collection<String> terms, Optional<float[]> raw, int k, long deadlineNanos) {}

    ColdRecall(ColdCodes codes, MemoryIndex index, PackLoader loader) {
        this.codes = codes;
        this.index = index;
        this.loader = loader;
    }

    /// The best of the pack and of what had no room in it.
    List<RecalledMemory> with(
            List<RecalledMemory> best, MemoryPack pack, Query query, EncodingVersion encoding, Instant now) {
        if (pack.rest().isEmpty()) {
            return best;
        }
        int most = Math.min(query.k(), MOST_ENCODED);
        Set<MemoryId> found = new HashSet<>();
        query.raw().ifPresent(raw -> found.addAll(near(pack, raw, encoding, most)));
        index.search(query.words(), MemoryFilter.active(pack.subject()), most).forEach(hit -> found.add(hit.memory()));
        EncodedMemories few = loader.of(among(pack, found), query.deadlineNanos());
        List<RecalledMemory> both = new ArrayList<>(best);
        both.addAll(PackScores.best(few, new PackScores.Query(query.terms(), query.raw(), encoding, now), query.k()));
        both.sort(PackScores.BEST_FIRST);
        return both.subList(0, Math.min(query.k(), both.size()));
    }

    /// Cosines of the centred vectors, of those memories that had no room in the pack and are among the nearest.
    Map<Memory, Double> cosines(
            MemoryPack pack, Set<Memory> asked, float[] raw, EncodingVersion encoding, long deadlineNanos) {
        if (pack.rest().isEmpty()) {
            return Map.of();
        }
        List<Memory> nearest = among(pack, near(pack, raw, encoding, MOST_ENCODED)).stream()
                .filter(asked::contains)
                .toList();
        EncodedMemories few = loader.of(nearest, deadlineNanos);
        float[] query = encoding.center(raw);
        Map<Memory, Double> cosines = new HashMap<>();
        for (int i = 0; i < nearest.size(); i++) {
            cosines.put(nearest.get(i), PackScores.cosine(few, i, query, encoding.mean()));
        }
        return cosines;
    }

    /// Of those not in the pack about the nearest: cold ones by their codes, others by the index.
    private Set<MemoryId> near(MemoryPack pack, float[] raw, EncodingVersion encoding, int most) {
        Set<MemoryId> found = new HashSet<>(codes.best(pack.left(), raw, encoding, most));
        if (pack.rest().size() > pack.left().size()) {
            Set<MemoryId> inPack = new HashSet<>();
            pack.memories().forEach(memory -> inPack.add(memory.id()));
            // All of the pack may be nearer than any of the rest.
            int enough =
                    Math.min(MemoryIndex.MAX_RESULTS, most + pack.memories().size());
            index.nearest(raw, MemoryFilter.active(pack.subject()), enough).stream()
                    .map(ScoredMemory::memory)
                    .filter(memory -> !inPack.contains(memory))
                    .limit(most)
                    .forEach(found::add);
        }
        return found;
    }

    private static List<Memory> among(MemoryPack pack, Set<MemoryId> found) {
        return pack.rest().stream()
                .filter(memory -> found.contains(memory.id()))
                .toList();
    }
}
