package dev.palate.retrieval.embedding.table;

import dev.palate.memory.Require;
import java.util.Arrays;
import java.util.BitSet;

/// The rows of a [RowStore] that are needed most, in one array, with the rows of a whole batch made
/// present at once (`fang2022frequency`). Rows are ranked by how often they are needed; of those not
/// needed by the batch the lowest rank gives way, and is written back if it was changed. Batches that are
/// known before they come may be brought in ahead.
///
/// What the paper takes from the data set beforehand is counted here while it runs: a sketch counts, old
/// counts are halved, and every so many accesses rows are ranked anew. The best of them fill nine tenths
/// of the slots and stay; the rest is for rows that were needed last, which the paper has no place for,
/// so that what has just become popular is found too.
///
/// | paper's code | here |
/// |---|---|
/// | `cached_idx_map`, `inverted_cached_idx` | `rowOf`, `slotOf` |
/// | row number = rank, largest evicted first | `top` by rank; rows below it by how long ago they were needed |
/// | `prepare_ids`, `evict_backlist` | [#prepare]; `batch` |
/// | `flush` | [#flush] |
///
/// Bytes: 4 per row of the store, and per slot 4 · dimension + about 100. Not thread-safe. Deterministic.
public final class FrequencyCache {
    /// The share of slots for rows needed last. Chosen on a trace, where .05 to .4 differ by less than .01 in hit rate.
    private static final double RECENT = 0.1;
    /// Accesses between two rankings, in slots.
    private static final int RANK_EVERY = 10;
    /// Accesses between two halvings, in slots.
    private static final int HALVE_EVERY = 100;
    private static final int COUNTERS_PER_SLOT = 8;
    /// Batches for which a row brought in ahead is held: the one it was meant for may never come.
    static final int HOLD = 32;
    private static final int NONE = -1;

    private final RowStore store;
    private final int dimension;
    private final int capacity;
    private final float[] block;
    private final int[] rowOf;
    private final int[] slotOf;
    private final BitSet dirty = new BitSet();
    /// Slots that the batch at hand, or one that is known to come, needs.
    private final BitSet batch = new BitSet();

    private final BitSet ahead = new BitSet();
    /// The batch before which each slot was held last.
    private final long[] aheadSince;

    /// How many slots are held.
    private int held;
    /// Slots held before this batch or earlier are looked through when it comes.
    private long nextRelease = Long.MAX_VALUE;

    private long batches;
    private final CountMinSketch sketch;
    /// Rows that stay, best first.
    private int[] top = new int[0];

    private final BitSet isTop = new BitSet();
    /// Slots of rows that are not of the top, in a ring by last use; the last entry is its head.
    private final int[] older;

    private final int[] newer;
    private int used;
    private long accesses;
    private long nextRanking;
    private long nextHalving;
    private long hits;
    private long misses;
    private long aheadReads;
    private long writes;

    /// @param hits rows of batches that were there
    /// @param misses rows of batches that were read when needed
    /// @param readAhead rows that were read before
    /// @param written changed rows that were written back
    public record Stats(long hits, long misses, long readAhead, long written) {
        /// The share of rows that were there; 0 before the first.
        public double hitRate() {
            return hits + misses == 0 ? 0 : hits / (double) (hits + misses);
        }
    }

    /// An empty cache.
    ///
    /// @param capacity rows it has room for, in [1, rows of the store]
    public FrequencyCache(RowStore store, int capacity) {
        this.store = store;
        dimension = store.dimension();
        this.capacity = Require.range("capacity", capacity, 1, store.rows());
        block = new float[Math.multiplyExact(capacity, dimension)];
        rowOf = new int[capacity];
        slotOf = new int[store.rows()];
        Arrays.fill(slotOf, NONE);
        sketch =
                new CountMinSketch(Integer.highestOneBit(Math.clamp((long) COUNTERS_PER_SLOT * capacity, 64, 1 << 28)));
        aheadSince = new long[capacity];
        older = new int[capacity + 1];
        newer = new int[capacity + 1];
        older[capacity] = capacity;
        newer[capacity] = capacity;
        nextRanking = 2L * capacity;
        nextHalving = (long) HALVE_EVERY * capacity;
    }

    /// The rows, each at its slot times the dimension. Whoever writes to one says so by [#changed].
    public float[] block() {
        return block;
    }

    /// Makes the rows of a batch present until the next call. O(batch) and the reads and writes it needs;
    /// now and then O(rows of the store) for ranking.
    ///
    /// @param rows may have rows more than once
    /// @param slots receives the slot of each, as long as the count
    /// @throws IllegalArgumentException when the batch has more different rows than there is room for
    public void prepare(int[] rows, int count, int[] slots) {
        rankInTime(count);
        releaseInTime();
        batch.clear();
        int unlike = 0;
        for (int i = 0; i < count; i++) {
            int slot = slotOf[rows[i]];
            if (slot != NONE && !batch.get(slot)) {
                batch.set(slot);
                unlike++;
            }
        }
        for (int i = 0; i < count; i++) {
            int row = rows[i];
            sketch.add(row);
            int slot = slotOf[row];
            if (slot == NONE) {
                misses++;
                if (++unlike > capacity) {
                    throw new IllegalArgumentException("a batch must have at most " + capacity
                            + " different rows, which is all there is room for: make batches smaller or the cache"
                            + " larger");
                }
                slot = bring(row);
            } else {
                hits++;
                touch(slot);
            }
            batch.set(slot);
            release(slot);
            slots[i] = slot;
        }
    }

    /// Brings in rows of a batch that is to come, as far as there is room beside what the present batch
    /// needs and half of the slots for others brought in so; they stay until a batch has needed them, and
    /// are held for [#HOLD] batches at most, where none does.
    ///
    /// @return how many of the rows are present now
    public int prefetch(int[] rows, int count) {
        int present = 0;
        int needed = batch.cardinality();
        for (int i = 0; i < count; i++) {
            int slot = slotOf[rows[i]];
            if (slot == NONE && held < capacity / 2 && needed + held < capacity) {
                slot = bring(rows[i]);
                aheadReads++;
            }
            if (slot != NONE) {
                present++;
                hold(slot);
            }
        }
        return present;
    }

    private void hold(int slot) {
        if (!ahead.get(slot)) {
            if (held == capacity / 2) {
                return;
            }
            ahead.set(slot);
            held++;
        }
        aheadSince[slot] = batches;
        nextRelease = Math.min(nextRelease, batches + HOLD + 1);
    }

    private void release(int slot) {
        if (ahead.get(slot)) {
            ahead.clear(slot);
            held--;
        }
    }

    /// Lets go of what was brought in for a batch that did not come.
    private void releaseInTime() {
        if (++batches < nextRelease) {
            return;
        }
        long oldest = Long.MAX_VALUE;
        for (int slot = ahead.nextSetBit(0); slot >= 0; slot = ahead.nextSetBit(slot + 1)) {
            if (batches - aheadSince[slot] > HOLD) {
                release(slot);
            } else {
                oldest = Math.min(oldest, aheadSince[slot]);
            }
        }
        nextRelease = oldest == Long.MAX_VALUE ? oldest : oldest + HOLD + 1;
    }

    /// Says that the row in a slot was changed, so that it is written back before it goes.
    public void changed(int slot) {
        dirty.set(slot);
    }

    /// Writes all changed rows back.
    public void flush() {
        for (int slot = dirty.nextSetBit(0); slot >= 0; slot = dirty.nextSetBit(slot + 1)) {
            writeBack(slot);
        }
    }

    /// What happened so far.
    public Stats stats() {
        return new Stats(hits, misses, aheadReads, writes);
    }

    private void writeBack(int slot) {
        if (dirty.get(slot)) {
            store.write(rowOf[slot], block, slot * dimension);
            dirty.clear(slot);
            writes++;
        }
    }

    /// Reads a row into a slot that is free or made free.
    private int bring(int row) {
        int slot = used < capacity ? used++ : emptied();
        store.read(row, block, slot * dimension);
        rowOf[slot] = row;
        slotOf[row] = slot;
        if (isTop.get(row)) {
            older[slot] = NONE;
        } else {
            enqueue(slot);
        }
        return slot;
    }

    private int emptied() {
        int slot = victim();
        writeBack(slot);
        slotOf[rowOf[slot]] = NONE;
        unlink(slot);
        return slot;
    }

    /// The row not of the top that was needed longest ago; only where all of those are held, the lowest of the top.
    private int victim() {
        for (int slot = newer[capacity]; slot != capacity; slot = newer[slot]) {
            if (!isHeld(slot)) {
                return slot;
            }
        }
        for (int rank = top.length - 1; rank >= 0; rank--) {
            int slot = slotOf[top[rank]];
            if (slot != NONE && !isHeld(slot)) {
                return slot;
            }
        }
        // What was brought in ahead gives way to what is needed now.
        for (int slot = 0; slot < capacity; slot++) {
            if (!batch.get(slot)) {
                release(slot);
                return slot;
            }
        }
        throw new IllegalStateException("all " + capacity + " slots are held by one batch");
    }

    private boolean isHeld(int slot) {
        return batch.get(slot) || ahead.get(slot);
    }

    private void touch(int slot) {
        if (older[slot] != NONE) {
            unlink(slot);
            enqueue(slot);
        }
    }

    private void enqueue(int slot) {
        older[slot] = older[capacity];
        newer[slot] = capacity;
        newer[older[capacity]] = slot;
        older[capacity] = slot;
    }

    private void unlink(int slot) {
        if (older[slot] != NONE) {
            newer[older[slot]] = newer[slot];
            older[newer[slot]] = older[slot];
            older[slot] = NONE;
        }
    }

    private void rankInTime(int count) {
        accesses += count;
        if (accesses >= nextHalving) {
            nextHalving = accesses + (long) HALVE_EVERY * capacity;
            sketch.halve();
        }
        if (accesses >= nextRanking) {
            nextRanking = accesses + (long) RANK_EVERY * capacity;
            rank();
        }
    }

    /// Chooses the rows that stay: the most frequent that were seen more than once, equal ones by row.
    private void rank() {
        int stay = (int) ((1 - RECENT) * capacity);
        long[] order = new long[slotOf.length];
        int seen = 0;
        for (int row = 0; row < slotOf.length; row++) {
            int estimate = sketch.estimate(row);
            if (estimate > 1) {
                order[seen++] = (long) -estimate << 32 | row;
            }
        }
        Arrays.sort(order, 0, seen);
        top = new int[Math.min(stay, seen)];
        isTop.clear();
        for (int rank = 0; rank < top.length; rank++) {
            top[rank] = (int) order[rank];
            isTop.set(top[rank]);
        }
        for (int slot = 0; slot < used; slot++) {
            if (isTop.get(rowOf[slot])) {
                unlink(slot);
            } else if (older[slot] == NONE) {
                enqueue(slot);
            }
        }
    }

    /// The bytes of the cache, but for object headers.
    public long residentBytes() {
        return (long) Float.BYTES * block.length
                + (long) Integer.BYTES
                        * (rowOf.length
                                + slotOf.length
                                + 2 * aheadSince.length
                                + older.length
                                + newer.length
                                + top.length)
                + sketch.bytes()
                + (3L * capacity + store.rows()) / Byte.SIZE;
    }
}
