package dev.palate.memory.tier;

import dev.palate.memory.index.WordStatistics;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.vector.Kernels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Scores memories against some words, every one of them: for one subject's search and for that over all
/// subjects.
/// Stateless; O(memories × dimension).
final class PackScores {
    private static final double TINY = 1e-6;

    /// Best first, equal scores by the newer change.
    static final Comparator<RecalledMemory> BEST_FIRST = Comparator.comparingDouble(RecalledMemory::score)
            .reversed()
            .thenComparing(recalled -> recalled.memory().updatedAt(), Comparator.reverseOrder())
            .thenComparing(recalled -> recalled.memory().id());

    /// What memories are scored against.
    ///
    /// @param terms of the words
    /// @param raw the vector of the words, absent when time ran out
    /// @param now for which they are scored
    record Query(Collection<String> terms, Optional<float[]> raw, EncodingVersion encoding, Instant now) {}

    private PackScores() {}

    /// The best `k` of those in effect, with a score above 0.
    static List<RecalledMemory> best(EncodedMemories memories, Query query, int k) {
        List<RecalledMemory> scored =
                scored(memories, query, memories.words().statistics(), memory -> memory.effectiveAt(query.now()));
        scored.sort(BEST_FIRST);
        return scored.subList(0, Math.min(k, scored.size()));
    }

    /// Those that are like that, with a score above 0, in their order.
    ///
    /// @param among how common the terms are where the memories were searched
    static List<RecalledMemory> scored(
            EncodedMemories memories, Query query, WordStatistics among, Predicate<Memory> like) {
        double[] semantic = query.raw()
                .map(raw -> cosines(memories, raw, query.encoding()))
                .orElseGet(() -> new double[memories.memories().size()]);
        List<RecalledMemory> scored = new ArrayList<>();
        for (int i = 0; i < semantic.length; i++) {
            Memory memory = memories.memories().get(i);
            if (like.test(memory)) {
                scored.add(RecalledMemory.of(
                        memory,
                        Math.clamp(semantic[i], 0, 1),
                        memories.words().bm25(query.terms(), among, i),
                        memories.words().slot(query.terms(), i),
                        Fading.trust(memory.trust()),
                        Fading.decay(memory, memories.uses().get(memory.id()), query.now())));
            }
        }
        scored.removeIf(recalled -> recalled.score() <= 0);
        return scored;
    }

    private static double[] cosines(EncodedMemories pack, float[] raw, EncodingVersion encoding) {
        float[] query = encoding.center(raw);
        double[] cosines = new double[pack.memories().size()];
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] = cosine(pack, i, query, encoding.mean());
        }
        return cosines;
    }

    /// Cosine of a centred unit query and the centred vector at a place, without making the latter:
    /// q·(x − m) = q·x − q·m. 0 where the vector is missing.
    static double cosine(EncodedMemories pack, int place, float[] query, float[] mean) {
        int dimension = pack.dimension();
        int row = place * dimension;
        double square = Kernels.dot(pack.vectors(), row, pack.vectors(), row, dimension);
        if (square < TINY) {
            return 0;
        }
        double queryMean = Kernels.dot(query, 0, mean, 0, dimension);
        double meanMean = Kernels.dot(mean, 0, mean, 0, dimension);
        double vectorMean = Kernels.dot(pack.vectors(), row, mean, 0, dimension);
        double length = Math.sqrt(Math.max(TINY, square - 2 * vectorMean + meanMean));
        return (Kernels.dot(query, 0, pack.vectors(), row, dimension) - queryMean) / length;
    }
}
