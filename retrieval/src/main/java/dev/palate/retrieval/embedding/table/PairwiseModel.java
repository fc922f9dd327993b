package dev.palate.retrieval.embedding.table;

import dev.palate.memory.vector.Kernels;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Users and items as vectors of two tables of one dimension, and a number for each item, which is never
/// compressed: popularity is what sharing destroys first. A score is user · item + bias. As thread-safe
/// as its tables.
///
/// @param users by `userIds`
/// @param userIds the id of each user row; empty where the row is the id
/// @param items by `itemIds`
/// @param itemIds the id of each item row
/// @param biases one per item row
public record PairwiseModel(
        EmbeddingTable users, long[] userIds, EmbeddingTable items, long[] itemIds, float[] biases) {
    private static final long[] ROWS = {};

    /// @throws IllegalArgumentException when the parts do not fit
    public PairwiseModel {
        if (users.dimension() != items.dimension() || itemIds.length != biases.length) {
            throw new IllegalArgumentException("users and items must have one dimension and each item an id and a bias,"
                    + " had dimensions " + users.dimension() + " and " + items.dimension() + ", " + itemIds.length
                    + " ids and " + biases.length + " biases");
        }
    }

    /// With user rows for ids.
    ///
    /// @throws IllegalArgumentException as the other
    public PairwiseModel(EmbeddingTable users, EmbeddingTable items, int[] itemIds, float[] biases) {
        this(users, ROWS, items, Arrays.stream(itemIds).asLongStream().toArray(), biases);
    }

    /// The id of a user row.
    public long userId(int row) {
        return userIds.length == 0 ? row : userIds[row];
    }

    /// The same with other tables and numbers of items.
    PairwiseModel with(EmbeddingTable otherUsers, EmbeddingTable otherItems, float[] otherBiases) {
        return new PairwiseModel(otherUsers, userIds, otherItems, itemIds, otherBiases);
    }

    /// That has learnt nothing.
    public static PairwiseModel create(EmbeddingTable users, EmbeddingTable items, int[] itemIds) {
        return new PairwiseModel(users, items, itemIds, new float[itemIds.length]);
    }

    /// The ids of items numbered by falling frequency, equal ones by row.
    ///
    /// @param counts how often each item row was seen
    public static int[] byFrequency(int[] counts) {
        int[] order = IntStream.range(0, counts.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer row) -> -counts[row]).thenComparing(row -> row))
                .mapToInt(row -> row)
                .toArray();
        int[] ids = new int[counts.length];
        for (int id = 0; id < order.length; id++) {
            ids[order[id]] = id;
        }
        return ids;
    }

    /// The scores of all items for a user row. O(items · cost of a lookup); product-quantised items are not
    /// decompressed.
    ///
    /// @param target one value per item row, overwritten
    public void score(int user, float[] target) {
        float[] vector = new float[users.dimension()];
        users.lookup(userId(user), vector, 0);
        score(vector, items, itemIds, biases, target);
    }

    /// The scores of all items for a user's vector, as above.
    public static void score(float[] vector, EmbeddingTable items, long[] itemIds, float[] biases, float[] target) {
        int dimension = vector.length;
        if (items instanceof ProductQuantisedTable coded) {
            float[] products = new float[itemIds.length];
            coded.products(vector, products);
            for (int row = 0; row < itemIds.length; row++) {
                target[row] = products[Math.toIntExact(itemIds[row])] + biases[row];
            }
            return;
        }
        float[] item = new float[dimension];
        for (int row = 0; row < itemIds.length; row++) {
            items.lookup(itemIds[row], item, 0);
            target[row] = Kernels.dot(vector, 0, item, 0, dimension) + biases[row];
        }
    }
}
