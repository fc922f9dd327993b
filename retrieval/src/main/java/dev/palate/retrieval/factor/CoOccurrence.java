package dev.palate.retrieval.factor;

import dev.palate.memory.vector.ParallelRange;
import java.util.Arrays;

/// Rows of an item-to-item matrix made from the users that two items share. Stateless.
final class CoOccurrence {
    private static final int ROWS_PER_TASK = 256;

    /// Turns what two items share into a weight.
    interface Weighting {
        /// @param shared Σ over the users of both items of the user's weight
        float of(int item, int other, float shared);
    }

    /// Adds up what an item shares with others.
    interface Sharing {
        /// Adds to `row.add(other, amount)` whatever the item shares.
        void collect(int item, Row row);
    }

    /// A sparse row under construction. Not thread-safe.
    static final class Row {
        private final float[] sum;
        private final int[] touched;
        private int count;

        private Row(int itemCount) {
            sum = new float[itemCount];
            touched = new int[itemCount];
        }

        /// Adds an amount above 0.
        void add(int other, float amount) {
            if (sum[other] == 0) {
                touched[count++] = other;
            }
            sum[other] += amount;
        }

        private int[] others() {
            int[] others = Arrays.copyOf(touched, count);
            Arrays.sort(others);
            return others;
        }

        private void clear() {
            for (int i = 0; i < count; i++) {
                sum[touched[i]] = 0;
            }
            count = 0;
        }
    }

    private CoOccurrence() {}

    /// The neighbours of all items by the weighted number of users shared. O(Σ (history size)²); the same for any
    /// number of threads.
    ///
    /// @param userWeight one per user; a user of weight 0 is left out
    static ItemNeighbours byUsers(
            Histories histories, float[] userWeight, Weighting weighting, int neighbours, int threads) {
        int[][] usersByItem = histories.usersByItem();
        return rows(
                histories.itemCount(),
                (item, row) -> {
                    for (int user : usersByItem[item]) {
                        float weight = userWeight[user];
                        if (weight > 0) {
                            for (int other : histories.of(user).items()) {
                                row.add(other, weight);
                            }
                        }
                    }
                },
                weighting,
                neighbours,
                threads);
    }

    /// The `neighbours` largest weights of each row.
    static ItemNeighbours rows(int itemCount, Sharing sharing, Weighting weighting, int neighbours, int threads) {
        int tasks = Math.ceilDiv(itemCount, ROWS_PER_TASK);
        ItemNeighbours.Builder[] parts = new ItemNeighbours.Builder[tasks];
        ParallelRange.run(threads, tasks, task -> {
            int first = task * ROWS_PER_TASK;
            int end = Math.min(itemCount, first + ROWS_PER_TASK);
            ItemNeighbours.Builder part = new ItemNeighbours.Builder(end - first);
            Row row = new Row(itemCount);
            for (int item = first; item < end; item++) {
                sharing.collect(item, row);
                int[] others = row.others();
                float[] weights = new float[others.length];
                for (int i = 0; i < others.length; i++) {
                    weights[i] = weighting.of(item, others[i], row.sum[others[i]]);
                }
                row.clear();
                part.addRow(others, weights, weights, neighbours);
            }
            parts[task] = part;
        });
        return ItemNeighbours.Builder.joined(parts);
    }
}
