package dev.palate.memory.tier;

import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.Prefilter;
import dev.palate.memory.index.ScoredMemory;
import java.util.List;
import java.util.SplittableRandom;

/// Chooses now and then one search over all subjects and compares what it found with a sample of the vectors.
/// Thread-safe;
/// the comparing is the caller's to place on a thread of its own.
final class RecallProbe {
    private static final int DEPTH = 10;
    private static final int SAMPLE = 20_000;

    private final MemoryIndex index;
    private final int every;
    private final SplittableRandom random;
    private long searches;
    private long next;
    private long probes;
    private double found;
    private double missed;

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
        double better = index.missed(raw, filter, hits.subList(0, DEPTH), SAMPLE, place);
        synchronized (this) {
            probes++;
            found += Math.max(0, DEPTH - better);
            missed += Math.min(DEPTH, better);
        }
    }

    synchronized TierReport.Recalled report() {
        return new TierReport.Recalled(searches, probes, found, missed);
    }
}
