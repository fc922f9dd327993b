package dev.palate.retrieval.embedding.table;

/// Hash functions of 64-bit ids, the same on every machine: the finaliser of splitmix64
/// (`steele2014splittable`) over the id and the seed of the function. Stateless.
final class Hashes {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Hashes() {}

    /// A bijection of the 64-bit numbers without visible pattern.
    static long mix(long value) {
        long z = value + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /// The seed of function number `index` of a family.
    static long seed(long familySeed, int index) {
        return mix(mix(familySeed) + index * GOLDEN);
    }

    /// A number in [0, bound), each as likely as any other to 2⁻³².
    static int bucket(long id, long functionSeed, int bound) {
        return bucket(mix(id ^ functionSeed), bound);
    }

    /// The same of a hash that was made before; its last bits hardly matter for it.
    static int bucket(long hash, int bound) {
        return (int) Math.unsignedMultiplyHigh(hash, bound);
    }

    /// A number in [−1, 1].
    static float unit(long id, long functionSeed) {
        return (mix(id ^ functionSeed) >> 39) * 0x1p-24f;
    }
}
