package dev.palate.memory.vector;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Vectors as one byte per 8 numbers: each stretch of 8 is replaced by the number of the nearest of up to 256 centroids
/// learnt from a sample. Inner products with a query are sums of table look-ups. Immutable, thread-safe.
///
/// Paper: jegou2011pq. Symbols: m → subspaces, k* → centroids, d → dimension, c → centroid values.
public final class ProductQuantiser {
    /// Numbers a byte stands for.
    public static final int STRETCH = 8;

    private static final int MOST_CENTROIDS = 256;
    private static final int ROUNDS = 10;

    private final int dimension;
    private final int subspaces;
    private final int centroids;
    /// Per subspace `STRETCH × centroids`, so that all distances of one number are neighbours.
    private final float[] values;
    /// Per subspace and centroid half its squared length.
    private final float[] halves;

    /// @param centroids in [1, 256]
    /// @param values per subspace, per number of the stretch, per centroid; copied
    public ProductQuantiser(int dimension, int centroids, float[] values) {
        this.dimension = dimension;
        this.centroids = centroids;
        subspaces = subspaces(dimension);
        if (centroids < 1 || centroids > MOST_CENTROIDS || values.length != subspaces * STRETCH * centroids) {
            throw new IllegalArgumentException("a codebook of dimension " + dimension + " with " + centroids
                    + " centroids (1 to 256 allowed) needs " + subspaces * STRETCH * centroids + " values, had "
                    + values.length);
        }
        this.values = values.clone();
        halves = new float[subspaces * centroids];
        for (int s = 0; s < subspaces; s++) {
            halves(s);
        }
    }

    private static int subspaces(int dimension) {
        return (dimension + STRETCH - 1) / STRETCH;
    }

    private void halves(int subspace) {
        int at = subspace * STRETCH * centroids;
        for (int c = 0; c < centroids; c++) {
            float sum = 0;
            for (int i = 0; i < STRETCH; i++) {
                float value = values[at + i * centroids + c];
                sum += value * value;
            }
            halves[subspace * centroids + c] = sum / 2;
        }
    }

    /// Learns the centroids by k-means from the rows, at least one; the same for the same rows and seed.
    /// O(rows × dimension × 256 × 10).
    public static ProductQuantiser train(float[][] rows, int dimension, long seed) {
        float[] weights = new float[rows.length];
        Arrays.fill(weights, 1);
        return train(rows, weights, dimension, Math.min(MOST_CENTROIDS, rows.length), seed);
    }

    /// The same with rows that count more or less, and a number of centroids.
    ///
    /// @param weights one per row, above 0
    /// @param centroids in [1, the number of rows]
    public static ProductQuantiser train(float[][] rows, float[] weights, int dimension, int centroids, long seed) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("a codebook needs at least 1 vector to learn from, had 0");
        }
        check("weights", weights.length, rows.length);
        if (centroids > rows.length) {
            throw new IllegalArgumentException(
                    "centroids must be at most the number of vectors, " + rows.length + ", were " + centroids);
        }
        ProductQuantiser quantiser =
                new ProductQuantiser(dimension, centroids, new float[subspaces(dimension) * STRETCH * centroids]);
        for (int s = 0; s < quantiser.subspaces; s++) {
            quantiser.learn(rows, weights, s, new SplittableRandom(seed + s));
        }
        return quantiser;
    }

    /// For the training alone, before the value is seen by anyone.
    private void learn(float[][] rows, float[] weights, int subspace, SplittableRandom random) {
        int at = subspace * STRETCH * centroids;
        int from = subspace * STRETCH;
        int length = Math.min(STRETCH, dimension - from);
        int[] order = permutation(rows.length, random);
        for (int c = 0; c < centroids; c++) {
            for (int i = 0; i < length; i++) {
                values[at + i * centroids + c] = rows[order[c]][from + i];
            }
        }
        float[] scores = new float[centroids];
        for (int round = 0; round < ROUNDS; round++) {
            halves(subspace);
            float[] sums = new float[STRETCH * centroids];
            float[] counts = new float[centroids];
            for (int number = 0; number < rows.length; number++) {
                float[] row = rows[number];
                int nearest = nearest(row, subspace, scores);
                counts[nearest] += weights[number];
                for (int i = 0; i < length; i++) {
                    sums[i * centroids + nearest] += weights[number] * row[from + i];
                }
            }
            for (int c = 0; c < centroids; c++) {
                int replacement = random.nextInt(rows.length);
                for (int i = 0; i < length; i++) {
                    values[at + i * centroids + c] =
                            counts[c] == 0 ? rows[replacement][from + i] : sums[i * centroids + c] / counts[c];
                }
            }
        }
        halves(subspace);
    }

    private static int[] permutation(int count, SplittableRandom random) {
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        for (int i = count - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }

    /// The centroid at the smallest distance: the highest x·c − |c|²/2, equal ones by the lower number.
    private int nearest(float[] row, int subspace, float[] scores) {
        Arrays.fill(scores, 0);
        products(row, subspace, scores, 0);
        int best = 0;
        int half = subspace * centroids;
        float most = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < centroids; c++) {
            float score = scores[c] - halves[half + c];
            if (score > most) {
                most = score;
                best = c;
            }
        }
        return best;
    }

    /// Adds the inner products of a stretch with every centroid to the target.
    private void products(float[] row, int subspace, float[] target, int targetAt) {
        int at = subspace * STRETCH * centroids;
        int from = subspace * STRETCH;
        int length = Math.min(STRETCH, dimension - from);
        for (int i = 0; i < length; i++) {
            Kernels.axpy(row[from + i], values, at + i * centroids, target, targetAt, centroids);
        }
    }

    /// The length of the vectors.
    public int dimension() {
        return dimension;
    }

    /// How many centroids a stretch has.
    public int centroids() {
        return centroids;
    }

    /// The bytes of one vector.
    public int codeLength() {
        return subspaces;
    }

    /// A copy of the centroids as the constructor takes them.
    public float[] values() {
        return values.clone();
    }

    /// The codes of a vector.
    public byte[] encode(float[] vector) {
        check("vector", vector.length, dimension);
        byte[] codes = new byte[subspaces];
        float[] scores = new float[centroids];
        for (int s = 0; s < subspaces; s++) {
            codes[s] = (byte) nearest(vector, s, scores);
        }
        return codes;
    }

    /// The vector the codes stand for; not of length 1.
    public float[] decode(byte[] codes) {
        check("codes", codes.length, subspaces);
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            int s = i / STRETCH;
            vector[i] = values[(s * STRETCH + i % STRETCH) * centroids + code(codes, s)];
        }
        return vector;
    }

    /// Inner products of the query with every centroid, to be added up by [#dot]. O(dimension × centroids).
    public float[] table(float[] query) {
        check("vector", query.length, dimension);
        float[] table = new float[subspaces * centroids];
        for (int s = 0; s < subspaces; s++) {
            products(query, s, table, s * centroids);
        }
        return table;
    }

    /// About the inner product of the table's query with the vector of the codes. O(dimension / 8).
    public float dot(float[] table, byte[] codes) {
        float sum = 0;
        for (int s = 0; s < subspaces; s++) {
            sum += table[s * centroids + code(codes, s)];
        }
        return sum;
    }

    private int code(byte[] codes, int subspace) {
        return Math.min(codes[subspace] & 0xff, centroids - 1);
    }

    private static void check(String what, int length, int wanted) {
        if (length != wanted) {
            throw new IllegalArgumentException("length of the " + what + " must be " + wanted + ", was " + length);
        }
    }
}
