package dev.palate.memory.tier;

import dev.palate.memory.Require;
import dev.palate.memory.memory.Memories;
import java.time.Duration;

/// How much the tiers may hold and how the work between them is done.
///
/// @param hotBytes heap for packs, at least 1 MiB
/// @param warmBytes that vectors in the index may take, estimated, at least 1 MiB
/// @param coldAfter so long without a change or a use a memory goes cold, at least a second
/// @param every the time between two passes of the planner
/// @param bound the most memories that one pass moves for one reason, in [1, 2000]
/// @param probeEvery so many searches lie between two probes of the recall, about; at least 1
/// @param seed of the sample that codebooks are learnt from and of the probes
public record TierOptions(
        long hotBytes, long warmBytes, Duration coldAfter, Duration every, int bound, int probeEvery, long seed) {
    /// Active memories of a subject that stay warm, and the most a pack holds.
    public static final int MOST_OF_A_SUBJECT = Memories.MAX_ACTIVE;

    public TierOptions {
        Require.range("hotBytes", hotBytes, 1L << 20, 1L << 40);
        Require.range("warmBytes", warmBytes, 1L << 20, 1L << 50);
        Require.range("coldAfter in s", coldAfter.toSeconds(), 1, 1L << 40);
        Require.range("every in ms", every.toMillis(), 1, 1L << 40);
        Require.range("bound", bound, 1, 2_000);
        Require.range("probeEvery", probeEvery, 1, Integer.MAX_VALUE);
    }

    /// With the usual rest.
    public TierOptions(long hotBytes) {
        this(hotBytes, 4L << 30, Duration.ofDays(90), Duration.ofSeconds(30), 1_000, 200, 20_260_101L);
    }

    /// A sixteenth of the largest heap, 4 GiB of vectors, cold after 90 days, a pass every 30 s over 1,000 memories, a
    /// probe every 200 searches.
    public static TierOptions defaults() {
        return new TierOptions(Math.max(1L << 20, Runtime.getRuntime().maxMemory() / 16));
    }

    /// The same with other bounds.
    public TierOptions with(long newWarmBytes, Duration newColdAfter) {
        return new TierOptions(hotBytes, newWarmBytes, newColdAfter, every, bound, probeEvery, seed);
    }
}
