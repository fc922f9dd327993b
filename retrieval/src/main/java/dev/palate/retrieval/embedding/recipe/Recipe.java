package dev.palate.retrieval.embedding.recipe;

import dev.palate.retrieval.embedding.table.LogFrequencyRule;
import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import java.util.List;
import java.util.function.IntFunction;

/// How a table of a size comes about. Every rule here goes by sizes alone, nothing is tuned.
public sealed interface Recipe {
    /// Trained as it is.
    record Trained(TableSpec spec) implements Recipe {}

    /// Made of the full table of the same seed.
    ///
    /// @param learnsOn whether its parameters are then trained further
    record Compressed(TableSpec spec, boolean learnsOn) implements Recipe {}

    /// Widths learnt from the full table of the same seed on, at the price that makes it fit.
    ///
    /// @param bytes the most it may take
    record Adaptive(long bytes) implements Recipe {}

    /// Trained with widths by the log rule in as many values as the adaptive table of the same size and seed.
    record AsAdaptive() implements Recipe {}

    /// Cannot be so small.
    record OutOfReach(String why) implements Recipe {}

    /// What a table is to hold.
    ///
    /// @param counts events of each item id, falling
    /// @param seed of hashes and first values
    record Shape(int[] counts, int dimension, long seed) {
        /// How many items.
        public int rows() {
            return counts.length;
        }

        /// Bytes of the full table.
        public long fullBytes() {
            return (long) Float.BYTES * rows() * dimension;
        }
    }

    /// Numbers that encode an id of a deep hash table.
    int HASHES = 64;

    /// Units of the networks that learn widths.
    int MASK_UNITS = 16;

    /// The most units of a layer of one.
    int MOST_UNITS = 256;

    /// The recipe of a table at a size.
    ///
    /// @param ratio bytes of the full table over those it may take; of no account for tables of one size
    static Recipe of(TableKind table, Shape shape, double ratio) {
        long bytes = (long) (shape.fullBytes() / ratio);
        int values = (int) Math.min(TableSpec.MOST_PARAMETERS, bytes / Float.BYTES);
        int rows = shape.rows();
        int dimension = shape.dimension();
        long seed = shape.seed();
        int buckets = values / dimension;
        return switch (table) {
            case FULL -> new Trained(new TableSpec.Full(rows, dimension, seed));
            case INT8_CACHED -> new Trained(TableSpec.Quantised.caching(rows, dimension, 8, 0.05, seed));
            case INT4_CACHED -> new Trained(TableSpec.Quantised.caching(rows, dimension, 4, 0.01, seed));
            case INT8_AFTER -> new Compressed(TableSpec.Quantised.caching(rows, dimension, 8, 0, seed), false);
            case INT4_AFTER -> new Compressed(TableSpec.Quantised.caching(rows, dimension, 4, 0, seed), false);
            case NARROW ->
                values < rows
                        ? tooSmall("one value for each item", (long) Float.BYTES * rows, bytes)
                        : new Trained(new TableSpec.Narrow(rows, dimension, Math.min(dimension, values / rows), seed));
            case LOG_RULE -> logRule(shape, bytes);
            case AMTL -> bytes < narrowest(shape) ? tooNarrow(shape, bytes) : new Adaptive(bytes);
            case AMTL_LOG_RULE -> bytes < narrowest(shape) ? tooNarrow(shape, bytes) : new AsAdaptive();
            case PQ -> quantised(shape, bytes, true);
            case PQ_FROZEN -> quantised(shape, bytes, false);
            case HASH ->
                buckets < 1 ? oneRow(shape, bytes) : new Trained(new TableSpec.Hashed(buckets, dimension, seed));
            case QR -> quotientRemainder(shape, rows, buckets, Combination.MULTIPLY);
            case QR_ADDED -> quotientRemainder(shape, rows, buckets, Combination.ADD);
            case CRT ->
                (long) (buckets / 2) * (buckets / 2 - 1) < rows
                        ? tooSmall("remainders that tell " + rows + " items apart", 2 * root(shape), bytes)
                        : new Trained(new TableSpec.ChineseRemainder(
                                rows, dimension, List.of(buckets / 2, buckets / 2 - 1), Combination.MULTIPLY, seed));
            case ROBE ->
                values < dimension
                        ? oneRow(shape, bytes)
                        : new Trained(new TableSpec.Robe(values, dimension, dimension, true, seed));
            case ROBE_8 ->
                values < dimension
                        ? oneRow(shape, bytes)
                        : new Trained(new TableSpec.Robe(values, dimension, Math.min(8, dimension), true, seed));
            case MEM_REC -> buckets < 2 ? oneRow(shape, bytes) : new Trained(bloom(values, 4, 2, dimension, seed));
            case MEM_COM -> scaled(shape, values, false);
            case MEM_COM_BIASED -> scaled(shape, values, true);
            case TT -> tensorTrain(shape, bytes);
            case TT_CACHED -> cachedTrain(shape, bytes);
            case DHE ->
                largest(
                        MOST_UNITS,
                        bytes,
                        "two layers of one unit",
                        width -> new TableSpec.DeepHash(HASHES, width, 2, dimension, seed));
            case HOT_HASH ->
                hotCold(shape, buckets, bytes, cold -> new Trained(new TableSpec.Hashed(cold, dimension, seed)));
            case HOT_QR ->
                hotCold(
                        shape,
                        buckets,
                        bytes,
                        cold -> quotientRemainder(shape, rows - (buckets - cold), cold, Combination.MULTIPLY));
            case HOT_MEM_REC ->
                hotCold(shape, buckets, bytes, cold -> new Trained(bloom(cold * dimension, 2, 1, dimension, seed)));
        };
    }

    private static Recipe tooSmall(String what, long least, long bytes) {
        return new OutOfReach(what + " needs " + least + " bytes, there are " + bytes);
    }

    private static Recipe oneRow(Shape shape, long bytes) {
        return tooSmall("one row", (long) Float.BYTES * shape.dimension(), bytes);
    }

    private static long root(Shape shape) {
        return (long) Math.ceil(Math.sqrt(shape.rows())) * Float.BYTES * shape.dimension();
    }

    private static Recipe logRule(Shape shape, long bytes) {
        for (long values = bytes / Float.BYTES; values >= shape.rows(); ) {
            TableSpec spec = TableSpec.Slabs.of(
                    LogFrequencyRule.within(shape.counts(), shape.dimension(), values),
                    shape.dimension(),
                    shape.seed());
            if (spec.bytes() <= bytes) {
                return new Trained(spec);
            }
            values -= Math.ceilDiv(spec.bytes() - bytes, Float.BYTES);
        }
        return tooNarrow(shape, bytes);
    }

    /// The bytes of slabs of one value.
    private static long narrowest(Shape shape) {
        return new TableSpec.Slabs(1, List.of(new TableSpec.Run(shape.rows(), 1)), 0).bytes();
    }

    private static Recipe tooNarrow(Shape shape, long bytes) {
        return tooSmall("one value for each item", narrowest(shape), bytes);
    }

    /// With the most centroids that fit.
    private static Recipe quantised(Shape shape, long bytes, boolean learnsOn) {
        int rows = shape.rows();
        long codeBytes = new TableSpec.ProductQuantised(rows, shape.dimension(), 1, 0).bytes() / (rows + 32L);
        long centroids = (bytes / codeBytes - rows) / 32;
        if (centroids < 2) {
            return tooSmall("codes and two centroids", (rows + 64) * codeBytes, bytes);
        }
        int most = (int) Math.min(centroids, Math.min(256, rows));
        return new Compressed(new TableSpec.ProductQuantised(rows, shape.dimension(), most, shape.seed()), learnsOn);
    }

    /// With the fewest collisions that fit.
    private static Recipe quotientRemainder(Shape shape, int ids, int buckets, Combination combination) {
        for (int collisions = 1; collisions <= Math.min(ids, buckets); collisions++) {
            if (Math.ceilDiv(ids, collisions) + collisions <= buckets) {
                return new Trained(TableSpec.MixedRadix.quotientRemainder(
                        ids, shape.dimension(), collisions, combination, shape.seed()));
            }
        }
        return tooSmall(
                "two digits that tell " + ids + " items apart",
                2 * root(shape),
                (long) Float.BYTES * buckets * shape.dimension());
    }

    private static TableSpec bloom(int values, int tokenHashes, int weightHashes, int dimension, long seed) {
        int weights = Math.max(1, values / 16);
        return new TableSpec.MemRec(
                (values - weights) / dimension, weights, tokenHashes, weightHashes, dimension, seed);
    }

    private static Recipe scaled(Shape shape, int values, boolean biased) {
        int rows = shape.rows();
        int shared = Math.min(rows, (values - (biased ? 2 : 1) * rows) / shape.dimension());
        return shared < 1
                ? tooSmall(
                        "a number for each item and one row",
                        (long) Float.BYTES * ((biased ? 2 : 1) * rows + shape.dimension()),
                        (long) Float.BYTES * values)
                : new Trained(new TableSpec.MemCom(rows, shape.dimension(), shared, biased, shape.seed()));
    }

    private static Recipe tensorTrain(Shape shape, long bytes) {
        int side = (int) Math.ceil(Math.cbrt(shape.rows()));
        List<Integer> columns = factors(shape.dimension());
        return largest(
                256,
                bytes,
                "a train of rank 1",
                rank -> new TableSpec.TensorTrain(
                        shape.rows(), shape.dimension(), List.of(side, side, side), columns, rank, shape.seed()));
    }

    /// Three factors as near to each other as they can be, the smallest first.
    static List<Integer> factors(int dimension) {
        List<Integer> best = List.of(1, 1, dimension);
        for (int first = 1; first * first * first <= dimension; first++) {
            for (int second = first; dimension % first == 0 && first * second * second <= dimension; second++) {
                if (dimension / first % second == 0) {
                    List<Integer> next = List.of(first, second, dimension / first / second);
                    best = next.get(2) <= best.get(2) ? next : best;
                }
            }
        }
        return best;
    }

    private static Recipe cachedTrain(Shape shape, long bytes) {
        int kept = Math.max(1, shape.rows() / 100);
        TableSpec least = new TableSpec.Hashed(1, shape.dimension(), 0);
        long cache = new TableSpec.Materialised(kept, least).bytes() - least.bytes();
        return tensorTrain(shape, bytes - cache) instanceof Trained train
                ? new Trained(new TableSpec.Materialised(kept, train.spec()))
                : tooSmall("a train of rank 1 and the cache", cache + 1, bytes);
    }

    /// The table with the largest number that fits.
    private static Recipe largest(int most, long bytes, String least, IntFunction<TableSpec> spec) {
        int low = 0;
        int high = most + 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (spec.apply(middle).bytes() <= bytes) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low == 0 ? tooSmall(least, spec.apply(1).bytes(), bytes) : new Trained(spec.apply(low));
    }

    /// @param rest the recipe of the cold table, of the rows there are for it
    private static Recipe hotCold(Shape shape, int buckets, long bytes, IntFunction<Recipe> rest) {
        int hot = Math.min(buckets / 2, shape.rows() - 2);
        int dimension = shape.dimension();
        if (hot < 1 || buckets - hot < 2) {
            return tooSmall("a hot row and two cold ones", 3L * Float.BYTES * dimension, bytes);
        }
        Recipe cold = rest.apply(buckets - hot);
        return cold instanceof Trained trained
                ? new Trained(
                        new TableSpec.HotCold(hot, new TableSpec.Full(hot, dimension, shape.seed()), trained.spec()))
                : cold;
    }
}
