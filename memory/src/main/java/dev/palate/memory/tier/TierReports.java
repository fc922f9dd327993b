package dev.palate.memory.tier;

import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.memory.ColdMemories;

/// Gathers what the tiers count. Each report counts in the index and in the database: who asks often shares one.
/// Thread-safe.
final class TierReports {
    private final HotTier hot;
    private final PackLoader loader;
    private final TierPlanner planner;
    private final RecallProbe probe;
    private final IndexChanges index;
    private final TierOptions options;
    private final ColdMemories cold;

    TierReports(
            HotTier hot,
            PackLoader loader,
            ColdMemories cold,
            TierPlanner planner,
            RecallProbe probe,
            IndexChanges index,
            TierOptions options) {
        this.hot = hot;
        this.loader = loader;
        this.planner = planner;
        this.probe = probe;
        this.index = index;
        this.options = options;
        this.cold = cold;
    }

    TierReport now() {
        long warmVectors = index.memories().vectorCount();
        TierStats warm = stats(
                loader.warm(),
                planner.demoted(),
                warmVectors,
                warmVectors * index.memories().vectorBytes(),
                options.warmBytes());
        long count = cold.count();
        long codeBytes = count * ((index.encoding().mean().length + 7) / 8);
        TierStats frozen = stats(loader.fromCodes(), planner.promoted(), count, codeBytes, 0);
        return new TierReport(hot.stats(), warm, frozen, index.vectorFormat(), probe.report());
    }

    private static TierStats stats(PackLoader.Source source, long left, long entries, long bytes, long budget) {
        return new TierStats(
                source.hits().sum(),
                source.misses().sum(),
                left,
                entries,
                bytes,
                budget,
                source.latency().meanMicros(),
                source.latency().micros(0.5),
                source.latency().micros(0.99));
    }
}
