package dev.palate.retrieval.embedding.table;

/// About how often rows were seen lately, in fixed memory (`cormode2005countmin`): four counters a row,
/// of which the least is the estimate; only the least are counted up. An estimate is at least the true
/// count since the last halving, but for what halving rounds off. Not thread-safe.
///
/// Symbols: d → [#DEPTH]; w → `width`; h_j, by multiplying and shifting → [#place].
final class CountMinSketch {
    static final int DEPTH = 4;
    /// Odd, so that each is a bijection of the hashes.
    private static final long[] FACTORS = new long[DEPTH];

    static {
        for (int line = 0; line < DEPTH; line++) {
            FACTORS[line] = Hashes.seed(0, line) | 1;
        }
    }

    private final int width;
    private final int shift;
    private final short[] counters;

    /// @param width counters of each of the four lines, a power of two, at least 2
    CountMinSketch(int width) {
        this.width = width;
        shift = Long.SIZE - Integer.numberOfTrailingZeros(width);
        counters = new short[Math.multiplyExact(DEPTH, width)];
    }

    /// Which counter a hash has in a line. Depends on all bits of the hash, however wide a line is.
    int place(long hash, int line) {
        return line * width + (int) (hash * FACTORS[line] >>> shift);
    }

    void add(int row) {
        long hash = Hashes.mix(row);
        int least = estimate(hash);
        if (least == 0xffff) {
            return;
        }
        for (int line = 0; line < DEPTH; line++) {
            int at = place(hash, line);
            if ((counters[at] & 0xffff) == least) {
                counters[at] = (short) (least + 1);
            }
        }
    }

    int estimate(int row) {
        return estimate(Hashes.mix(row));
    }

    private int estimate(long hash) {
        int least = 0xffff;
        for (int line = 0; line < DEPTH; line++) {
            least = Math.min(least, counters[place(hash, line)] & 0xffff);
        }
        return least;
    }

    /// Makes what is past count half.
    void halve() {
        for (int i = 0; i < counters.length; i++) {
            counters[i] = (short) ((counters[i] & 0xffff) >>> 1);
        }
    }

    long bytes() {
        return (long) Short.BYTES * counters.length;
    }
}
