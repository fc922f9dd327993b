package dev.palate.memory.tier;

import dev.palate.memory.Require;

/// How much the hot tier may hold.
///
/// @param hotBytes heap for packs, at least 1 MiB
public record TierOptions(long hotBytes) {
    public TierOptions {
        Require.range("hotBytes", hotBytes, 1L << 20, 1L << 40);
    }

    /// A sixteenth of the largest heap.
    public static TierOptions defaults() {
        return new TierOptions(Math.max(1L << 20, Runtime.getRuntime().maxMemory() / 16));
    }
}
