package dev.palate.memory.tier;

/// What the hot tier did since the start.
///
/// @param hits packs found and fresh
/// @param misses packs loaded
/// @param evictions packs put out for want of room
/// @param packs held now
/// @param bytes they take, estimated
/// @param budgetBytes they may take
public record TierStats(long hits, long misses, long evictions, long packs, long bytes, long budgetBytes) {
    /// The share of hits, in [0, 1]; 0 before the first request.
    public double hitRatio() {
        long all = hits + misses;
        return all == 0 ? 0 : hits / (double) all;
    }
}
