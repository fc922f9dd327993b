package dev.palate.memory.index;

import dev.palate.memory.Require;
import java.time.Duration;

/// How the indexes use the machine.
///
/// @param vectorFormat of the graph
/// @param encodingThreads that encode in the background, in [1, 64]
/// @param commitInterval the longest time between a change and its commit to the index; a crash replays that much
/// @param commitChanges the most changes between two commits, in [1, 1000000]
/// @param minCentred how many encoded items it takes for the mean to be fixed unasked, at least 2
/// @param encodingRest how long nothing must wait for encoding before that
/// @param settleAfter how long an index must rest before its segments are made one
/// @param settleLeast how many documents an index must hold for that, at least 1
public record IndexOptions(
        VectorFormat vectorFormat,
        int encodingThreads,
        Duration commitInterval,
        int commitChanges,
        int minCentred,
        Duration encodingRest,
        Duration settleAfter,
        long settleLeast) {
    private static final Duration SETTLE_AFTER = Duration.ofMinutes(1);

    /// Smaller ones are compared document by document.
    private static final long SETTLE_LEAST = 2 * VectorSearch.EXACT_BELOW;

    public IndexOptions {
        Require.range("encodingThreads", encodingThreads, 1, 64);
        Require.range("commitInterval in ms", commitInterval.toMillis(), 0, 3_600_000L);
        Require.range("commitChanges", commitChanges, 1, 1_000_000);
        Require.range("minCentred", minCentred, 2, Integer.MAX_VALUE);
        Require.range("encodingRest in ms", encodingRest.toMillis(), 0, 3_600_000L);
        Require.range("settleAfter in ms", settleAfter.toMillis(), 0, 3_600_000L);
        Require.range("settleLeast", settleLeast, 1, Long.MAX_VALUE);
    }

    /// Settles after a minute where there are graphs.
    public IndexOptions(
            VectorFormat vectorFormat,
            int encodingThreads,
            Duration commitInterval,
            int commitChanges,
            int minCentred,
            Duration encodingRest) {
        this(
                vectorFormat,
                encodingThreads,
                commitInterval,
                commitChanges,
                minCentred,
                encodingRest,
                SETTLE_AFTER,
                SETTLE_LEAST);
    }

    /// Bytes as vectors, all cores but one, a commit every 5 s or 5,000 changes, a mean of at least 100 items after 3
    /// s
    /// of rest.
    public static IndexOptions defaults() {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, 64);
        return new IndexOptions(VectorFormat.INT8, threads, Duration.ofSeconds(5), 5_000, 100, Duration.ofSeconds(3));
    }

    /// The same with another vector format.
    public IndexOptions with(VectorFormat format) {
        return new IndexOptions(
                format,
                encodingThreads,
                commitInterval,
                commitChanges,
                minCentred,
                encodingRest,
                settleAfter,
                settleLeast);
    }

    /// The same, settling at another time.
    public IndexOptions settling(Duration after, long least) {
        return new IndexOptions(
                vectorFormat, encodingThreads, commitInterval, commitChanges, minCentred, encodingRest, after, least);
    }
}
