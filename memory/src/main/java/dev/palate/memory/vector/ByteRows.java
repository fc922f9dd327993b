package dev.palate.memory.vector;

import java.util.Arrays;
import java.util.function.Supplier;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Signed bytes beside the rows of a float matrix: finds the rows with the highest inner products while it reads a
/// quarter of the memory, and finds exactly those that comparing with every row would. Immutable and thread-safe.
///
/// With a row x = s c + e and a query q = t d + f, where c and d are whole numbers up to 127: q x differs from s t c d
/// by no more than ‖f‖ ‖s c‖ + ‖q‖ ‖e‖. So a row whose upper bound lies below the k-th highest lower bound is none of
/// the best k; the few others are compared as floats, by [Kernels#dot]. Takes dimension + 12 bytes a row.
///
/// The bytes of a block of rows stand by dimension, one row a lane, so that no sum runs across lanes and the
/// bounds of a whole block are compared at once.
public final class ByteRows {
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));
    private static final VectorSpecies<Float> FLOATS =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SHORTS.vectorBitSize()));

    private static final VectorSpecies<Integer> INTS =
            VectorSpecies.of(int.class, VectorShape.forBitSize(SHORTS.vectorBitSize()));

    /// Rows of a block.
    private static final int BLOCK = SHORTS.length();

    /// The rows of either half of a block: of the even lanes and of the odd ones, which are widened apart.
    private static final int HALF = BLOCK / 2;

    private static final int LARGEST = 127;
    private static final double ROUNDING = 0x1p-24;
    private static final float LESS_ROUNDING = 0x1p-22f;

    /// Roundings of a product beside those of its summands: of the scales and of the bounds themselves.
    private static final int OTHER_ROUNDINGS = 16;

    private final float[] rows;
    private final int dimension;
    private final int size;

    /// The dimension, made even: two products are added before they are widened, and 2 · 127² still fits 16 bits.
    private final int pairs;

    private final byte[] codes;
    private final float[] scales;
    private final float[] norms;
    private final float[] errors;

    private ByteRows(float[] rows, int dimension) {
        this.rows = rows;
        this.dimension = dimension;
        size = rows.length / dimension;
        pairs = dimension + dimension % 2;
        int padded = Math.multiplyExact((size + BLOCK - 1) / BLOCK, BLOCK);
        codes = new byte[Math.multiplyExact(padded, pairs)];
        scales = new float[padded];
        norms = new float[padded];
        errors = new float[padded];
        double rounding = (dimension + OTHER_ROUNDINGS) * ROUNDING;
        for (int row = 0; row < size; row++) {
            float largest = 0;
            for (int i = row * dimension; i < (row + 1) * dimension; i++) {
                largest = Math.max(largest, Math.abs(rows[i]));
            }
            scales[row] = largest / LARGEST;
            double norm = 0;
            double error = 0;
            int first = first(row);
            for (int i = 0; i < dimension; i++) {
                float value = rows[row * dimension + i];
                int code = code(value, scales[row]);
                codes[first + i * BLOCK] = (byte) code;
                double coded = (double) scales[row] * code;
                norm += coded * coded;
                error += (value - coded) * (value - coded);
            }
            norms[row] = Math.nextUp((float) Math.sqrt(norm));
            errors[row] = Math.nextUp((float) (Math.sqrt(error) + rounding * (Math.sqrt(norm) + Math.sqrt(error))));
        }
    }

    /// Of a row-major matrix, which is shared: nobody may write to it. O(values).
    ///
    /// @param dimension at least 1, and a divisor of the number of values
    public static ByteRows of(float[] rows, int dimension) {
        if (dimension < 1 || rows.length % dimension != 0) {
            throw new IllegalArgumentException(
                    "a matrix of " + rows.length + " values cannot have rows of " + dimension + " values each");
        }
        return new ByteRows(rows, dimension);
    }

    /// The same, made by the first who asks: what is never searched needs none. Thread-safe.
    public static Supplier<ByteRows> later(float[] rows, int dimension) {
        return new Later(rows, dimension);
    }

    private static final class Later implements Supplier<ByteRows> {
        private final float[] rows;
        private final int dimension;
        private @Nullable ByteRows made;

        Later(float[] rows, int dimension) {
            this.rows = rows;
            this.dimension = dimension;
        }

        @Override
        public synchronized ByteRows get() {
            ByteRows known = made;
            if (known == null) {
                known = of(rows, dimension);
                made = known;
            }
            return known;
        }
    }

    /// Where the first code of a row stands; the next is a block of lanes further.
    private int first(int row) {
        int place = row % BLOCK;
        int lane = place < HALF ? 2 * place : 2 * (place - HALF) + 1;
        return row / BLOCK * BLOCK * pairs + lane;
    }

    private static int code(float value, float scale) {
        return scale > 0 ? Math.clamp(Math.round(value / scale), -LARGEST, LARGEST) : 0;
    }

    /// The number of rows.
    public int size() {
        return size;
    }

    /// A query as whole numbers.
    ///
    /// @param codes of its values, each once for every lane, padded with 0
    /// @param error the length of what they leave out
    private record Query(short[] codes, float scale, float norm, float error) {}

    private Query coded(float[] query) {
        float largest = 0;
        for (int i = 0; i < dimension; i++) {
            largest = Math.max(largest, Math.abs(query[i]));
        }
        float scale = largest / LARGEST;
        short[] coded = new short[pairs * BLOCK];
        double norm = 0;
        double error = 0;
        for (int i = 0; i < dimension; i++) {
            int code = code(query[i], scale);
            Arrays.fill(coded, i * BLOCK, (i + 1) * BLOCK, (short) code);
            double left = query[i] - (double) scale * code;
            norm += (double) query[i] * query[i];
            error += left * left;
        }
        return new Query(coded, scale, Math.nextUp((float) Math.sqrt(norm)), Math.nextUp((float) Math.sqrt(error)));
    }

    /// The rows with the highest inner products, best first, equal ones by lower row: what [TopK#select] gives of
    /// [Kernels#dot] with every row.
    ///
    /// @param query of finite values, as many as a row has
    /// @param open at least as long as there are rows; null when all are
    /// @param above not NaN; only rows with a higher product
    /// @throws IllegalArgumentException when `k` is negative
    public int[] best(float[] query, boolean @Nullable [] open, float above, int k) {
        return best(query, 0, open, above, k);
    }

    /// The same of products less a constant.
    ///
    /// @param less not NaN, subtracted from every product
    public int[] best(float[] query, float less, boolean @Nullable [] open, float above, int k) {
        if (k < 0) {
            throw new IllegalArgumentException("k must be at least 0, was " + k);
        }
        if (k == 0) {
            return new int[0];
        }
        Candidates candidates = new Candidates(Math.min(k, size()));
        look(coded(query), less, open, above, candidates);
        int[] left = candidates.left();
        float[] products = new float[left.length];
        for (int at = 0; at < left.length; at++) {
            products[at] = product(left[at], query) - less;
        }
        int[] best = TopK.select(products, null, above, k);
        for (int at = 0; at < best.length; at++) {
            best[at] = left[best[at]];
        }
        return best;
    }

    /// The inner product of a row and a query, as floats.
    public float product(int row, float[] query) {
        return Kernels.dot(rows, row * dimension, query, 0, dimension);
    }

    private void look(Query query, float less, boolean @Nullable [] open, float above, Candidates candidates) {
        float needed = above;
        float rounded = Math.abs(less) * LESS_ROUNDING;
        int[] products = new int[BLOCK];
        float[] near = new float[HALF];
        float[] doubt = new float[HALF];
        for (int block = 0; block < size; block += BLOCK) {
            if (open != null && !anyOpen(open, block)) {
                continue;
            }
            multiply(block * pairs, query.codes, products);
            for (int half = 0; half < BLOCK; half += HALF) {
                int from = block + half;
                FloatVector nearest = ((FloatVector)
                                IntVector.fromArray(INTS, products, half).convert(VectorOperators.I2F, 0))
                        .mul(FloatVector.fromArray(FLOATS, scales, from))
                        .mul(query.scale)
                        .sub(less);
                FloatVector unsure = FloatVector.fromArray(FLOATS, errors, from)
                        .mul(query.norm)
                        .add(FloatVector.fromArray(FLOATS, norms, from).mul(query.error))
                        .add(rounded);
                long reached =
                        nearest.add(unsure).compare(VectorOperators.GE, needed).toLong();
                if (reached != 0) {
                    nearest.intoArray(near, 0);
                    unsure.intoArray(doubt, 0);
                    for (long left = reached; left != 0; left &= left - 1) {
                        int lane = Long.numberOfTrailingZeros(left);
                        int row = from + lane;
                        if (row < size && (open == null || open[row]) && near[lane] + doubt[lane] >= needed) {
                            candidates.add(row, near[lane] - doubt[lane], near[lane] + doubt[lane]);
                            needed = Math.max(above, candidates.least());
                        }
                    }
                }
            }
        }
    }

    private boolean anyOpen(boolean[] open, int block) {
        int end = Math.min(size, block + BLOCK);
        for (int row = block; row < end; row++) {
            if (open[row]) {
                return true;
            }
        }
        return false;
    }

    /// The products of a block's rows with a query of values up to 127, exactly.
    ///
    /// @param from where the block's codes begin
    private void multiply(int from, short[] query, int[] products) {
        IntVector even = IntVector.zero(INTS);
        IntVector odd = even;
        int length = pairs * BLOCK;
        for (int i = 0; i < length; i += 2 * BLOCK) {
            ShortVector first = (ShortVector)
                    ByteVector.fromArray(BYTES, codes, from + i).convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector second = (ShortVector)
                    ByteVector.fromArray(BYTES, codes, from + i + BLOCK).convertShape(VectorOperators.B2S, SHORTS, 0);
            IntVector both = first.mul(ShortVector.fromArray(SHORTS, query, i))
                    .add(second.mul(ShortVector.fromArray(SHORTS, query, i + BLOCK)))
                    .reinterpretAsInts();
            odd = odd.add(both.lanewise(VectorOperators.ASHR, Short.SIZE));
            even = even.add(both.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE));
        }
        even.intoArray(products, 0);
        odd.intoArray(products, HALF);
    }

    /// The rows that may be among the best, as far as was looked. Not thread-safe.
    private static final class Candidates {
        private static final int MANY = 256;

        /// The highest lower bounds, ascending.
        private final float[] lower;

        private int[] rows = new int[MANY];
        private float[] upper = new float[MANY];
        private int size;

        Candidates(int k) {
            lower = new float[k];
            Arrays.fill(lower, Float.NEGATIVE_INFINITY);
        }

        /// What as many rows as are wanted are known to reach.
        float least() {
            return lower.length == 0 ? Float.POSITIVE_INFINITY : lower[0];
        }

        void add(int row, float atLeast, float atMost) {
            if (size == rows.length) {
                drop();
                if (size > rows.length / 2) {
                    rows = Arrays.copyOf(rows, 2 * rows.length);
                    upper = Arrays.copyOf(upper, 2 * upper.length);
                }
            }
            rows[size] = row;
            upper[size++] = atMost;
            if (lower.length > 0 && atLeast > lower[0]) {
                int found = Arrays.binarySearch(lower, atLeast);
                int place = (found < 0 ? -found - 1 : found) - 1;
                System.arraycopy(lower, 1, lower, 0, place);
                lower[place] = atLeast;
            }
        }

        private void drop() {
            int kept = 0;
            for (int at = 0; at < size; at++) {
                if (upper[at] >= least()) {
                    rows[kept] = rows[at];
                    upper[kept++] = upper[at];
                }
            }
            size = kept;
        }

        /// Ascending.
        int[] left() {
            drop();
            return Arrays.copyOf(rows, size);
        }
    }
}
