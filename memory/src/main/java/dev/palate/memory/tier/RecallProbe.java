package dev.palate.memory.tier;

import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.Prefilter;
import dev.palate.memory.index.ScoredMemory;
import dev.palate.memory.index.VectorFormat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// Chooses now and then one search over all subjects and compares what it found with a sample of the vectors.
/// What was found and missed is counted by the format of the segments, so that each is seen while one takes over from
/// another. Thread-safe; the comparing is the caller's to place on a thread of its own.
final class RecallProbe {
    private static final int DEPTH = 10;
    private static final int SAMPLE = 20_000;

    private final MemoryIndex index;
    private final int every;
    private final SplittableRandom random;
    private long searches;
    private long next;
    private long probes;
    private final Map<VectorFormat, Counts> formats = new EnumMap<>(VectorFormat.class);

    /// Of one format; guarded by the probe.
    private static final class Counts {
        long probes;
        double found;
        double missed;
    }

    RecallProbe(MemoryIndex index, int every, long seed) {
        this.index = index;
        this.every = every;
        random = new SplittableRandom(seed);
        next = 1L + random.nextInt(every);
    }

    /// Counts a search; true when it is one to look at.
    synchronized boolean due() {
        searches++;
        if (searches < next) {
            return false;
        }
        next = searches + 1 + random.nextLong(2L * every - 1);
        return true;
    }

    /// Looks how many better ones than those found there are in the sample.
    void look(float[] raw, Prefilter filter, List<ScoredMemory> hits) {
        if (hits.size() < DEPTH) {
            return;
        }
        long place;
        synchronized (this) {
            place = random.nextLong(Long.MAX_VALUE);
        }
        count(index.compared(raw, filter, hits.subList(0, DEPTH), SAMPLE, place));
    }

    /// Of the true best ten, those missed stand in their segments' formats, and as many fewer of those found count.
    private synchronized void count(MemoryIndex.Compared compared) {
        probes++;
        double better = compared.missed().values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        double share = better > DEPTH ? DEPTH / better : 1;
        int right = (int) Math.max(0, DEPTH - better);
        Map<VectorFormat, Double> found = new EnumMap<>(VectorFormat.class);
        compared.found().subList(0, right).forEach(format -> found.merge(format, 1.0, Double::sum));
        Set<VectorFormat> seen = EnumSet.noneOf(VectorFormat.class);
        seen.addAll(found.keySet());
        seen.addAll(compared.missed().keySet());
        for (VectorFormat format : seen) {
            Counts counts = formats.computeIfAbsent(format, _ -> new Counts());
            counts.probes++;
            counts.found += found.getOrDefault(format, 0.0);
            counts.missed += share * compared.missed().getOrDefault(format, 0.0);
        }
    }

    synchronized TierReport.Recalled report() {
        List<TierReport.OfFormat> all = new ArrayList<>();
        formats.forEach((format, counts) ->
                all.add(new TierReport.OfFormat(format, counts.probes, counts.found, counts.missed)));
        return new TierReport.Recalled(searches, probes, all);
    }
}
