package dev.palate.retrieval.recommend;

/// A 64-bit digest of numbers in their order: what is added is mixed in by the finaliser of SplitMix64 (Steele, Lea and
/// Flood 2014). It finds changes, not forgers. Not thread-safe.
final class Digest {
    private long state = 0x9E3779B97F4A7C15L;

    Digest add(long value) {
        long mixed = state ^ value;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        state = (mixed ^ (mixed >>> 31)) + 0x9E3779B97F4A7C15L;
        return this;
    }

    Digest add(double value) {
        return add(Double.doubleToLongBits(value));
    }

    Digest add(float value) {
        return add((long) Float.floatToIntBits(value));
    }

    Digest add(String text) {
        add((long) text.length());
        for (int i = 0; i < text.length(); i++) {
            add((long) text.charAt(i));
        }
        return this;
    }

    long value() {
        return state;
    }
}
