package dev.palate.memory.vector;

import java.util.Arrays;
import java.util.function.Supplier;
import jdk.incubator.vector.ByteVector;
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
/// the best k; the few others are compared as floats, by [Kernels#dot]. Takes dimension + 12 bytes a row, the dimension
/// rounded up to 64.
public final class ByteRows {
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));
    private static final int LANES = SHORTS.length();

    /// Two vectors of products are added before they are widened: 2 · 127² still fits 16 bits.
    private static final int STEP = 2 * LANES;

    private static final int UNIT = Math.max(64, STEP);
    private static final int LARGEST = 127;
    private static final double ROUNDING = 0x1p-24;
    private static final float LESS_ROUNDING = 0x1p-22f;

    /// Roundings of a product beside those of its summands: of the scales and of the bounds themselves.
    private static final int OTHER_ROUNDINGS = 16;

    private final float[] rows;
    private final int dimension;
    private final int stride;
    private final byte[] codes;
    private final float[] scales;
    private final float[] norms;
    private final float[] errors;

    private ByteRows(float[] rows, int dimension) {
        this.rows = rows;
        this.dimension = dimension;
        int count = rows.length / dimension;
        stride = (dimension + UNIT - 1) / UNIT * UNIT;
        codes = new byte[Math.multiplyExact(count, stride)];
        scales = new float[count];
        norms = new float[count];
        errors = new float[count];
        double rounding = (dimension + OTHER_ROUNDINGS) * ROUNDING;
        for (int row = 0; row < count; row++) {
            float largest = 0;
            for (int i = row * dimension; i < (row + 1) * dimension; i++) {
                largest = Math.max(largest, Math.abs(rows[i]));
            }
            scales[row] = largest / LARGEST;
            double norm = 0;
            double error = 0;
            for (int i = 0; i < dimension; i++) {
                float value = rows[row * dimension + i];
                int code = code(value, scales[row]);
                codes[row * stride + i] = (byte) code;
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

    private static int code(float value, float scale) {
        return scale > 0 ? Math.clamp(Math.round(value / scale), -LARGEST, LARGEST) : 0;
    }

    /// The number of rows.
    public int size() {
        return scales.length;
    }

    /// A query as whole numbers.
    ///
    /// @param codes of its values, padded with 0 to the stride
    /// @param error the length of what they leave out
    private record Query(short[] codes, float scale, float norm, float error) {}

    private Query coded(float[] query) {
        float largest = 0;
        for (int i = 0; i < dimension; i++) {
            largest = Math.max(largest, Math.abs(query[i]));
        }
        float scale = largest / LARGEST;
        short[] coded = new short[stride];
        double norm = 0;
        double error = 0;
        for (int i = 0; i < dimension; i++) {
            coded[i] = (short) code(query[i], scale);
            double left = query[i] - (double) scale * coded[i];
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
        for (int row = 0; row < scales.length; row++) {
            if (open != null && !open[row]) {
                continue;
            }
            float near = product(codes, row * stride, query.codes, stride) * scales[row] * query.scale - less;
            float doubt = query.norm * errors[row] + query.error * norms[row] + rounded;
            if (near + doubt >= needed) {
                candidates.add(row, near - doubt, near + doubt);
                needed = Math.max(above, candidates.least());
            }
        }
    }

    /// Of values up to 127, exactly.
    private static int product(byte[] row, int offset, short[] query, int length) {
        IntVector even = IntVector.zero(IntVector.SPECIES_PREFERRED);
        IntVector odd = even;
        for (int i = 0; i < length; i += STEP) {
            ShortVector first = (ShortVector)
                    ByteVector.fromArray(BYTES, row, offset + i).convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector second = (ShortVector)
                    ByteVector.fromArray(BYTES, row, offset + i + LANES).convertShape(VectorOperators.B2S, SHORTS, 0);
            IntVector pairs = first.mul(ShortVector.fromArray(SHORTS, query, i))
                    .add(second.mul(ShortVector.fromArray(SHORTS, query, i + LANES)))
                    .reinterpretAsInts();
            odd = odd.add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
            even = even.add(
                    pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE));
        }
        return even.add(odd).reduceLanes(VectorOperators.ADD);
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
