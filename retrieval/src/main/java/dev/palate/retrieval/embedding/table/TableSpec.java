package dev.palate.retrieval.embedding.table;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.palate.memory.Require;
import java.util.List;

/// What an embedding table is: kind, size, seed. Everything but the parameters follows from it, the hash
/// functions included; as JSON it heads the table's file. Rows are to be numbered by falling frequency:
/// tables that treat ids unequally take the first ones for the frequent ones. [TableShapes] has the
/// arithmetic.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TableSpec.Full.class, name = "full"),
    @JsonSubTypes.Type(value = TableSpec.Narrow.class, name = "narrow"),
    @JsonSubTypes.Type(value = TableSpec.Hashed.class, name = "hash"),
    @JsonSubTypes.Type(value = TableSpec.MixedRadix.class, name = "mixed-radix"),
    @JsonSubTypes.Type(value = TableSpec.ChineseRemainder.class, name = "chinese-remainder"),
    @JsonSubTypes.Type(value = TableSpec.Quantised.class, name = "quantised"),
    @JsonSubTypes.Type(value = TableSpec.ProductQuantised.class, name = "product-quantised"),
    @JsonSubTypes.Type(value = TableSpec.HotCold.class, name = "hot-cold"),
    @JsonSubTypes.Type(value = TableSpec.Robe.class, name = "robe"),
    @JsonSubTypes.Type(value = TableSpec.MemRec.class, name = "mem-rec"),
    @JsonSubTypes.Type(value = TableSpec.MemCom.class, name = "mem-com"),
    @JsonSubTypes.Type(value = TableSpec.DeepHash.class, name = "deep-hash"),
    @JsonSubTypes.Type(value = TableSpec.TensorTrain.class, name = "tensor-train"),
    @JsonSubTypes.Type(value = TableSpec.Materialised.class, name = "materialised"),
    @JsonSubTypes.Type(value = TableSpec.Masked.class, name = "masked"),
    @JsonSubTypes.Type(value = TableSpec.Slabs.class, name = "slabs")
})
public sealed interface TableSpec {
    /// The most parameters a table may have, which an array holds.
    int MOST_PARAMETERS = Integer.MAX_VALUE - 8;

    /// The longest vector.
    int MOST_DIMENSIONS = 4096;

    /// The length of the vectors, in [1, 4096].
    int dimension();

    /// The greatest id that has a vector; 2⁶³ − 1 where any id has.
    long lastId();

    /// The bytes that looking up needs: parameters, codes, counters; no object headers, nothing of the optimiser.
    long bytes();

    /// Bytes of a full table of 32-bit floats over those of this one.
    ///
    /// @param rows of the full table
    default double compression(long rows) {
        return (double) Float.BYTES * rows * dimension() / bytes();
    }

    /// Of a table that knows its ids: [0, rows).
    sealed interface Numbered extends TableSpec {
        /// How many ids have a vector.
        long rows();

        @Override
        default long lastId() {
            return rows() - 1;
        }
    }

    /// Of a table that has a vector for any id.
    sealed interface Unbounded extends TableSpec {
        @Override
        default long lastId() {
            return Long.MAX_VALUE;
        }
    }

    /// How rows are put together.
    enum Combination {
        /// Value by value, ⊙.
        MULTIPLY,
        /// Their sum.
        ADD,
        /// One after the other, each a share of the dimension.
        CONCATENATE
    }

    /// How a value becomes a code.
    enum Rounding {
        /// Up or down at random, so that the mean is the value (`gupta2015limited`).
        STOCHASTIC,
        /// To the nearest code: small steps are lost.
        NEAREST
    }

    /// Which cached row gives way.
    enum Eviction {
        /// The one whose last change is longest ago.
        LEAST_RECENT,
        /// The one changed least often since it came.
        LEAST_FREQUENT
    }

    /// One row of 32-bit floats for each id: `4 · rows · dimension` bytes.
    ///
    /// @param rows at least 1
    /// @param seed of the first values
    record Full(long rows, int dimension, long seed) implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range
        public Full {
            Require.range("rows", rows, 1, MOST_PARAMETERS);
            TableShapes.check(dimension, rows * dimension);
        }

        @Override
        public long bytes() {
            return Float.BYTES * rows * dimension;
        }
    }

    /// A full table of shorter rows, the rest 0: `4 · rows · width` bytes.
    ///
    /// @param width in [1, dimension]
    record Narrow(long rows, int dimension, int width, long seed) implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range
        public Narrow {
            Require.range("rows", rows, 1, MOST_PARAMETERS);
            Require.range("width", width, 1, dimension);
            TableShapes.check(dimension, rows * width);
        }

        @Override
        public long bytes() {
            return Float.BYTES * rows * width;
        }
    }

    /// Rows shared by hash: `4 · buckets · dimension` bytes.
    ///
    /// @param buckets rows, at least 1
    /// @param seed of the hash and of the first values
    record Hashed(int buckets, int dimension, long seed) implements Unbounded {
        /// @throws IllegalArgumentException when a value is out of range
        public Hashed {
            TableShapes.check(dimension, (long) buckets * dimension);
        }

        @Override
        public long bytes() {
            return (long) Float.BYTES * buckets * dimension;
        }
    }

    /// A row for each digit of the id in a mixed radix: `4 · width · Σ radices` bytes, where width is the
    /// dimension, or its share of it when rows are concatenated.
    ///
    /// @param radices the least digit's first, 1 to 8 of them, whose product is at least the rows
    record MixedRadix(long rows, int dimension, List<Integer> radices, Combination combination, long seed)
            implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range or two ids would have all digits in common
        public MixedRadix {
            radices = List.copyOf(radices);
            TableShapes.checkClasses(rows, dimension, radices, combination);
        }

        /// Quotient and remainder: `⌈rows / collisions⌉` rows for the remainder by that number,
        /// `collisions` rows for the quotient.
        ///
        /// @param collisions ids that share a row of the first table
        public static MixedRadix quotientRemainder(
                long rows, int dimension, int collisions, Combination combination, long seed) {
            Require.range("collisions", collisions, 1, MOST_PARAMETERS);
            int first = Math.toIntExact(Math.ceilDiv(rows, (long) collisions));
            return new MixedRadix(rows, dimension, List.of(first, collisions), combination, seed);
        }

        @Override
        public long bytes() {
            return Float.BYTES * PartitionTable.parameters(radices, combination, dimension);
        }
    }

    /// A row for each remainder of the id: `4 · width · Σ moduli` bytes, with the width as in [MixedRadix].
    ///
    /// @param moduli 1 to 8, pairwise without common divisor, whose product is at least the rows
    record ChineseRemainder(long rows, int dimension, List<Integer> moduli, Combination combination, long seed)
            implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range or two ids would have all remainders in common
        public ChineseRemainder {
            moduli = List.copyOf(moduli);
            TableShapes.checkClasses(rows, dimension, moduli, combination);
            TableShapes.checkCoprime(moduli);
        }

        @Override
        public long bytes() {
            return Float.BYTES * PartitionTable.parameters(moduli, combination, dimension);
        }
    }

    /// Rows of small integers and a cache of 32-bit rows: `rows · (⌈dimension · bits / 8⌉ + 8) +
    /// cacheRows · (4 · dimension + 8)` bytes.
    ///
    /// @param bits 4 or 8
    /// @param cacheRows rows kept in full, in [0, rows]
    /// @param seed of the first values and of the rounding
    record Quantised(long rows, int dimension, int bits, int cacheRows, Rounding rounding, Eviction eviction, long seed)
            implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range
        public Quantised {
            Require.range("rows", rows, 1, MOST_PARAMETERS);
            TableShapes.check(dimension, rows * dimension);
            if (bits != 4 && bits != 8) {
                throw new IllegalArgumentException("bits must be 4 or 8, was " + bits);
            }
            Require.range("cacheRows", cacheRows, 0, Math.toIntExact(rows));
        }

        /// With a share of the rows in the cache, in [0, 1], and what suits most.
        public static Quantised caching(long rows, int dimension, int bits, double share, long seed) {
            int cached = (int) Math.round(Require.range("share", share, 0, 1) * rows);
            return new Quantised(rows, dimension, bits, cached, Rounding.STOCHASTIC, Eviction.LEAST_FREQUENT, seed);
        }

        /// The bytes of the codes of one row.
        int codeBytes() {
            return Math.ceilDiv(dimension * bits, 8);
        }

        @Override
        public long bytes() {
            return rows * (codeBytes() + 2L * Float.BYTES)
                    + cacheRows * ((long) Float.BYTES * dimension + 2L * Integer.BYTES);
        }
    }

    /// A byte for each 8 values of a row, which names one of the centroids: `(rows + 32 · centroids) ·
    /// ⌈dimension / 8⌉` bytes.
    ///
    /// @param centroids of each stretch of 8 values, in [1, 256]
    /// @param seed of the clustering
    record ProductQuantised(long rows, int dimension, int centroids, long seed) implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range
        public ProductQuantised {
            Require.range("rows", rows, 1, MOST_PARAMETERS);
            Require.range("centroids", centroids, 1, 256);
            TableShapes.check(dimension, rows * stretches(dimension));
            Require.range("centroids", centroids, 1, Math.max(1, rows));
        }

        private static int stretches(int dimension) {
            return Math.ceilDiv(dimension, ProductQuantisedTable.STRETCH);
        }

        /// The bytes of one row.
        int codeBytes() {
            return stretches(dimension);
        }

        @Override
        public long bytes() {
            return (rows + (long) Float.BYTES * ProductQuantisedTable.STRETCH * centroids) * codeBytes();
        }
    }

    /// The first ids in one table, the others in another: the sum of their bytes.
    ///
    /// @param hotRows how many ids are hot, at least 1
    /// @param hot has vectors for at least so many
    /// @param cold gets the id itself where it has vectors for any id, otherwise what is left without the hot ones
    record HotCold(long hotRows, TableSpec hot, TableSpec cold) implements TableSpec {
        /// @throws IllegalArgumentException when the two do not go together
        public HotCold {
            Require.range("hotRows", hotRows, 1, MOST_PARAMETERS);
            if (hot.dimension() != cold.dimension() || hot.lastId() < hotRows - 1) {
                throw new IllegalArgumentException("hot and cold must have one dimension and hot at least " + hotRows
                        + " rows, had dimensions " + hot.dimension() + " and " + cold.dimension() + " and last id "
                        + hot.lastId());
            }
            if (hot instanceof HotCold || cold instanceof HotCold) {
                throw new IllegalArgumentException("hot and cold must not themselves be of kind hot-cold");
            }
        }

        /// The id by which the cold table knows one that is not hot.
        long coldId(long id) {
            return cold.lastId() == Long.MAX_VALUE ? id : id - hotRows;
        }

        @Override
        public int dimension() {
            return hot.dimension();
        }

        @Override
        public long lastId() {
            return cold.lastId() == Long.MAX_VALUE ? Long.MAX_VALUE : Math.addExact(hotRows, cold.lastId());
        }

        @Override
        public long bytes() {
            return hot.bytes() + cold.bytes();
        }
    }

    /// Blocks of one array at hashed places: `4 · size` bytes.
    ///
    /// @param size values of the array, at least the block
    /// @param block values of a block, in [1, dimension]
    /// @param signed whether half of the blocks are turned round
    /// @param seed of the hashes and of the first values
    record Robe(int size, int dimension, int block, boolean signed, long seed) implements Unbounded {
        /// @throws IllegalArgumentException when a value is out of range
        public Robe {
            TableShapes.check(dimension, size);
            Require.range("block", block, 1, dimension);
            Require.range("size", size, block, MOST_PARAMETERS);
        }

        @Override
        public long bytes() {
            return (long) Float.BYTES * size;
        }
    }

    /// Sums of token rows times sums of weights: `4 · (tokens · dimension + weights)` bytes.
    ///
    /// @param tokens rows, at least 1
    /// @param weights at least 1
    /// @param tokenHashes rows that an id has, in [1, 16]
    /// @param weightHashes weights that an id has, in [1, 16]
    /// @param seed of the hashes and of the first values
    record MemRec(int tokens, int weights, int tokenHashes, int weightHashes, int dimension, long seed)
            implements Unbounded {
        /// @throws IllegalArgumentException when a value is out of range
        public MemRec {
            Require.range("tokens", tokens, 1, MOST_PARAMETERS);
            Require.range("weights", weights, 1, MOST_PARAMETERS);
            Require.range("tokenHashes", tokenHashes, 1, 16);
            Require.range("weightHashes", weightHashes, 1, 16);
            TableShapes.check(dimension, (long) tokens * dimension + weights);
        }

        @Override
        public long bytes() {
            return Float.BYTES * ((long) tokens * dimension + weights);
        }
    }

    /// Shared rows, scaled for each id: `4 · (shared · dimension + rows)` bytes, `4 · rows` more with a bias.
    ///
    /// @param shared rows that ids share, in [1, rows]
    /// @param biased whether each id also has a number that is added
    record MemCom(long rows, int dimension, int shared, boolean biased, long seed) implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range
        public MemCom {
            Require.range("rows", rows, 1, MOST_PARAMETERS);
            Require.range("shared", shared, 1, Math.toIntExact(rows));
            TableShapes.check(dimension, TableShapes.parametersOfScaled(rows, dimension, shared, biased));
        }

        long parameters() {
            return TableShapes.parametersOfScaled(rows, dimension, shared, biased);
        }

        @Override
        public long bytes() {
            return Float.BYTES * parameters();
        }
    }

    /// A network over hashes of the id: `4 · ((hashes + 1) · width + (layers − 1) · (width + 1) · width +
    /// (width + 1) · dimension)` bytes.
    ///
    /// @param hashes numbers that encode an id, in [1, 4096]
    /// @param width units of a layer, in [1, 4096]
    /// @param layers between the hashes and the vector, in [1, 8]
    /// @param seed of the hashes and of the first weights
    record DeepHash(int hashes, int width, int layers, int dimension, long seed) implements Unbounded {
        /// @throws IllegalArgumentException when a value is out of range
        public DeepHash {
            Require.range("hashes", hashes, 1, 4096);
            Require.range("width", width, 1, 4096);
            Require.range("layers", layers, 1, 8);
            TableShapes.check(dimension, TableShapes.parametersOfNetwork(hashes, width, layers, dimension));
        }

        long parameters() {
            return TableShapes.parametersOfNetwork(hashes, width, layers, dimension);
        }

        @Override
        public long bytes() {
            return Float.BYTES * parameters();
        }
    }

    /// A tensor train of three cores: `4 · (p₁ q₁ R + p₂ q₂ R² + p₃ q₃ R)` bytes.
    ///
    /// @param rowFactors p₁, p₂, p₃, whose product is at least the rows
    /// @param columnFactors q₁, q₂, q₃, whose product is the dimension
    /// @param rank R, in [1, 256]
    record TensorTrain(
            long rows, int dimension, List<Integer> rowFactors, List<Integer> columnFactors, int rank, long seed)
            implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range
        public TensorTrain {
            rowFactors = List.copyOf(rowFactors);
            columnFactors = List.copyOf(columnFactors);
            Require.range("rows", rows, 1, Long.MAX_VALUE);
            Require.range("rank", rank, 1, 256);
            TableShapes.checkTrain(rows, dimension, rowFactors, columnFactors);
            TableShapes.check(dimension, TableShapes.parametersOfTrain(rowFactors, columnFactors, rank));
        }

        /// The values of one slice of each core.
        int[] slices() {
            return TableShapes.slices(columnFactors, rank);
        }

        long parameters() {
            return TableShapes.parametersOfTrain(rowFactors, columnFactors, rank);
        }

        @Override
        public long bytes() {
            return Float.BYTES * parameters();
        }
    }

    /// Another table with some of its rows kept as they come out: its bytes, and `4 · dimension +`
    /// [#ENTRY] for each row.
    ///
    /// @param rows that are kept, in [1, 2³⁰]
    /// @param of any table but one of these or of hot and cold
    record Materialised(int rows, TableSpec of) implements TableSpec {
        /// What the cache takes for an entry beside the values, as measured on a 64-bit JVM: nodes, key,
        /// header of the array.
        static final int ENTRY = 125;

        /// @throws IllegalArgumentException when a value is out of range
        public Materialised {
            Require.range("rows", rows, 1, 1 << 30);
            if (of instanceof Materialised || of instanceof HotCold) {
                throw new IllegalArgumentException(
                        "a table with kept rows must not be of kind materialised or hot-cold: keep rows of its parts");
            }
        }

        long cacheBytes() {
            return rows * ((long) Float.BYTES * dimension() + ENTRY);
        }

        @Override
        public int dimension() {
            return of.dimension();
        }

        @Override
        public long lastId() {
            return of.lastId();
        }

        @Override
        public long bytes() {
            return of.bytes() + cacheBytes();
        }
    }

    /// A full table in training, with two small networks that learn how many values of a row are needed:
    /// `4 · (rows · (dimension + 1) + 2 · (3 · hidden + (hidden + 1) · dimension))` bytes, more than the
    /// full table; what comes of it is a table of [Slabs].
    ///
    /// @param hidden units of a network, in [1, 1024]
    /// @param temperature of the softmax over widths, in [0.01, 100]
    /// @param penalty of the mean width as a share of the dimension, added to the loss of a pair, in [0, 100]
    record Masked(long rows, int dimension, int hidden, double temperature, double penalty, long seed)
            implements Numbered {
        /// @throws IllegalArgumentException when a value is out of range
        public Masked {
            Require.range("rows", rows, 1, MOST_PARAMETERS);
            Require.range("hidden", hidden, 1, 1024);
            Require.range("temperature", temperature, 0.01, 100);
            Require.range("penalty", penalty, 0, 100);
            TableShapes.check(dimension, rows * dimension + 2 * TwinMasks.parameters(hidden, dimension));
        }

        long parameters() {
            return rows * dimension + 2 * TwinMasks.parameters(hidden, dimension);
        }

        @Override
        public long bytes() {
            return Float.BYTES * (parameters() + rows);
        }
    }

    /// Neighbouring rows of one width.
    ///
    /// @param rows how many, at least 1
    /// @param width values kept of each, at least 1
    record Run(long rows, int width) {}

    /// Rows of different widths: `4 · Σ rows · width + 16 · runs + 8` bytes.
    ///
    /// @param dimension at least every width
    /// @param runs in [1, 65536]
    record Slabs(int dimension, List<Run> runs, long seed) implements TableSpec {
        private static final int MOST_RUNS = 1 << 16;

        /// @throws IllegalArgumentException when a value is out of range
        public Slabs {
            runs = List.copyOf(runs);
            Require.range("number of runs", runs.size(), 1, MOST_RUNS);
            long values = 0;
            for (Run run : runs) {
                Require.range("rows of a run", run.rows, 1, MOST_PARAMETERS);
                Require.range("width of a run", run.width, 1, dimension);
                values += run.rows * run.width;
            }
            TableShapes.check(dimension, values);
        }

        /// With a width for each row.
        public static Slabs of(int[] widths, int dimension, long seed) {
            return new Slabs(dimension, TableShapes.runs(widths), seed);
        }

        long parameters() {
            return runs.stream().mapToLong(run -> run.rows * run.width).sum();
        }

        @Override
        public long lastId() {
            return runs.stream().mapToLong(Run::rows).sum() - 1;
        }

        @Override
        public long bytes() {
            return Float.BYTES * parameters() + 16L * runs.size() + Long.BYTES;
        }
    }
}
