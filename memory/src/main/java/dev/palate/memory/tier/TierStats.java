package dev.palate.memory.tier;

/// What a tier did since the start and holds now.
///
/// @param hits packs found fresh (hot), vectors found in the index (warm), vectors found as codes (cold)
/// @param misses what was asked for and not found so
/// @param evictions packs put out for want of room (hot), memories made cold (warm), memories made warm again (cold)
/// @param entries packs (hot), memories with their vector (warm), cold memories (cold)
/// @param bytes they take; of packs and vectors estimated
/// @param budgetBytes they may take, 0 where nothing bounds them
/// @param meanMicros a hit took on average
/// @param p50Micros half of the hits took at most, to within a fifth
/// @param p99Micros 99 of 100 hits took at most, to within a fifth
public record TierStats(
        long hits,
        long misses,
        long evictions,
        long entries,
        long bytes,
        long budgetBytes,
        double meanMicros,
        double p50Micros,
        double p99Micros) {
    /// The share of hits, in [0, 1]; 0 before the first request.
    public double hitRatio() {
        long all = hits + misses;
        return all == 0 ? 0 : hits / (double) all;
    }
}
