package dev.palate.memory.index;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/// The unit text vectors of all encoded items as one matrix, at one moment. Immutable, thread-safe.
public final class ItemVectors {
    private final int dimension;
    private final List<ItemId> ids;
    private final float[] matrix;
    private final Map<ItemId, Integer> rows;

    /// @param ids of the rows
    /// @param matrix row-major, rows × dimension; shared, not to be changed afterwards
    ItemVectors(int dimension, List<ItemId> ids, float[] matrix) {
        Require.range("length of the matrix", matrix.length, ids.size() * dimension, ids.size() * dimension);
        this.dimension = dimension;
        this.ids = List.copyOf(ids);
        this.matrix = matrix;
        rows = HashMap.newHashMap(ids.size());
        for (int row = 0; row < ids.size(); row++) {
            rows.put(ids.get(row), row);
        }
    }

    /// The length of a row.
    public int dimension() {
        return dimension;
    }

    /// How many rows there are.
    public int size() {
        return ids.size();
    }

    /// The items, by row.
    public List<ItemId> ids() {
        return ids;
    }

    /// The matrix, row-major, size × dimension. Shared: read only.
    public float[] matrix() {
        return matrix;
    }

    /// The row of an item, absent while it is not encoded.
    public OptionalInt row(ItemId item) {
        Integer row = rows.get(item);
        return row == null ? OptionalInt.empty() : OptionalInt.of(row);
    }

    /// A copy of one row.
    public float[] vector(int row) {
        return Arrays.copyOfRange(matrix, row * dimension, (row + 1) * dimension);
    }

    /// The inner product of the vector with every row: cosines when it has length 1. O(size × dimension).
    public float[] scores(float[] vector) {
        Require.range("length of the vector", vector.length, dimension, dimension);
        float[] scores = new float[ids.size()];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = Kernels.dot(vector, 0, matrix, row * dimension, dimension);
        }
        return scores;
    }

    /// The k items with the highest inner product among the rows allowed, best first, exactly.
    public List<ScoredItem> nearest(float[] vector, int k, IntPredicate allowed) {
        float[] scores = scores(vector);
        for (int row = 0; row < scores.length; row++) {
            if (!allowed.test(row)) {
                scores[row] = Float.NEGATIVE_INFINITY;
            }
        }
        List<ScoredItem> found = new ArrayList<>();
        for (int row : TopK.select(scores, k)) {
            found.add(new ScoredItem(ids.get(row), scores[row]));
        }
        return found;
    }

    /// The same items with centred unit vectors. O(size × dimension) time and memory: keep the result.
    public ItemVectors centred(EncodingVersion encoding) {
        float[] centred = new float[matrix.length];
        for (int row = 0; row < ids.size(); row++) {
            System.arraycopy(encoding.center(vector(row)), 0, centred, row * dimension, dimension);
        }
        return new ItemVectors(dimension, ids, centred);
    }
}
