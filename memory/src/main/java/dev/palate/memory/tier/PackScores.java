package dev.palate.memory.tier;

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

/// Scores the memories of a pack against some words, every one of them. Stateless; O(memories × dimension).
final class PackScores {
    private static final double TINY = 1e-6;

    private PackScores() {}

    /// The best `k` with a score above 0, equal scores by the newer change.
    ///
    /// @param terms of the words
    /// @param query the raw vector of the words, absent when time ran out
    static List<RecalledMemory> best(
            MemoryPack pack,
            Collection<String> terms,
            Optional<float[]> query,
            EncodingVersion encoding,
            Instant now,
            int k) {
        return best(pack, terms, query, encoding, now, memory -> memory.effectiveAt(now), k);
    }

    /// The best `k` of those that are like that.
    static List<RecalledMemory> best(
            MemoryPack pack,
            Collection<String> terms,
            Optional<float[]> query,
            EncodingVersion encoding,
            Instant now,
            Predicate<Memory> like,
            int k) {
        double[] semantic = query.map(raw -> cosines(pack, raw, encoding))
                .orElseGet(() -> new double[pack.memories().size()]);
        List<RecalledMemory> scored = new ArrayList<>();
        for (int i = 0; i < semantic.length; i++) {
            Memory memory = pack.memories().get(i);
            if (like.test(memory)) {
                scored.add(RecalledMemory.of(
                        memory,
                        Math.clamp(semantic[i], 0, 1),
                        pack.words().bm25(terms, i),
                        pack.words().slot(terms, i),
                        Fading.trust(memory.trust()),
                        Fading.decay(memory, now)));
            }
        }
        scored.removeIf(recalled -> recalled.score() <= 0);
        scored.sort(Comparator.comparingDouble(RecalledMemory::score)
                .reversed()
                .thenComparing(recalled -> recalled.memory().updatedAt(), Comparator.reverseOrder())
                .thenComparing(recalled -> recalled.memory().id()));
        return scored.subList(0, Math.min(k, scored.size()));
    }

    private static double[] cosines(MemoryPack pack, float[] raw, EncodingVersion encoding) {
        float[] query = encoding.center(raw);
        double[] cosines = new double[pack.memories().size()];
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] = cosine(pack, i, query, encoding.mean());
        }
        return cosines;
    }

    /// Cosine of a centred unit query and the centred vector at a place of the pack, without making the latter:
    /// q·(x − m) = q·x − q·m. 0 where the vector is missing.
    static double cosine(MemoryPack pack, int place, float[] query, float[] mean) {
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
