package dev.palate.retrieval.factor;

import dev.palate.memory.vector.TopK;
import java.util.Arrays;

/// A sparse item-to-item matrix in compressed rows: for each item its neighbours, with weights that may be
/// negative. Immutable and thread-safe as long as nobody writes to the arrays, which are shared, not copied.
///
/// @param offsets row i has the entries from offsets[i] to offsets[i + 1]; one more than there are items
/// @param items the neighbour's item row of each entry, ascending within a row
/// @param weights one per entry
public record ItemNeighbours(int[] offsets, int[] items, float[] weights) {
    /// @throws IllegalArgumentException when the arrays do not fit each other
    public ItemNeighbours {
        if (offsets.length == 0 || offsets[0] != 0 || offsets[offsets.length - 1] != items.length) {
            throw new IllegalArgumentException("row offsets must run from 0 to the number of entries, " + items.length);
        }
        if (items.length != weights.length) {
            throw new IllegalArgumentException(
                    "entries need one weight each, had " + items.length + " and " + weights.length);
        }
        for (int row = 1; row < offsets.length; row++) {
            if (offsets[row] < offsets[row - 1]) {
                throw new IllegalArgumentException("row offsets must not decrease, but row " + row + " does");
            }
        }
        for (int item : items) {
            if (item < 0 || item >= offsets.length - 1) {
                throw new IllegalArgumentException(
                        "neighbours must be in [0, " + (offsets.length - 1) + "), one was " + item);
            }
        }
    }

    /// Without any neighbour: every score is 0.
    public static ItemNeighbours empty(int itemCount) {
        return new ItemNeighbours(new int[itemCount + 1], new int[0], new float[0]);
    }

    /// The number of items.
    public int itemCount() {
        return offsets.length - 1;
    }

    /// A scorer that adds up the rows of the history's items.
    public Scorer scorer(HistoryDecay decay) {
        return new DecayedRows(this, decay);
    }

    private record DecayedRows(ItemNeighbours rows, HistoryDecay decay) implements Scorer {
        @Override
        public int itemCount() {
            return rows.itemCount();
        }

        @Override
        public void score(History history, float[] target) {
            Arrays.fill(target, 0);
            int depth = decay.depth(history.size());
            for (int age = 0; age < depth; age++) {
                int item = history.items()[history.size() - 1 - age];
                float weight = decay.weight(age);
                for (int entry = rows.offsets[item]; entry < rows.offsets[item + 1]; entry++) {
                    target[rows.items[entry]] += weight * rows.weights[entry];
                }
            }
        }

        @Override
        public float pair(int event, int item) {
            int entry = Arrays.binarySearch(rows.items, rows.offsets[event], rows.offsets[event + 1], item);
            return entry < 0 ? 0 : decay.weight(0) * rows.weights[entry];
        }
    }

    /// Collects rows in order. Not thread-safe.
    static final class Builder {
        private final int[] offsets;
        private int[] items = new int[1024];
        private float[] weights = new float[1024];
        private int row;

        Builder(int itemCount) {
            offsets = new int[itemCount + 1];
        }

        /// Adds the next row: the `limit` entries of `candidates` with the largest `preference`, ties by lower
        /// item.
        ///
        /// @param candidates item rows, ascending
        void addRow(int[] candidates, float[] candidateWeights, float[] preference, int limit) {
            int[] kept = TopK.select(preference, limit);
            Arrays.sort(kept);
            int size = offsets[row];
            if (size + kept.length > items.length) {
                int capacity = Math.max(size + kept.length, items.length + (items.length >> 1));
                items = Arrays.copyOf(items, capacity);
                weights = Arrays.copyOf(weights, capacity);
            }
            for (int index : kept) {
                items[size] = candidates[index];
                weights[size++] = candidateWeights[index];
            }
            offsets[++row] = size;
        }

        /// The rows of all parts, one part after the other.
        static ItemNeighbours joined(Builder[] parts) {
            int rows = 0;
            int size = 0;
            for (Builder part : parts) {
                rows += part.row;
                size = Math.addExact(size, part.offsets[part.row]);
            }
            int[] offsets = new int[rows + 1];
            int[] items = new int[size];
            float[] weights = new float[size];
            int row = 0;
            for (Builder part : parts) {
                int start = offsets[row];
                int length = part.offsets[part.row];
                System.arraycopy(part.items, 0, items, start, length);
                System.arraycopy(part.weights, 0, weights, start, length);
                for (int i = 1; i <= part.row; i++) {
                    offsets[++row] = start + part.offsets[i];
                }
            }
            return new ItemNeighbours(offsets, items, weights);
        }

        ItemNeighbours build() {
            int size = offsets[row];
            return new ItemNeighbours(offsets, Arrays.copyOf(items, size), Arrays.copyOf(weights, size));
        }
    }
}
