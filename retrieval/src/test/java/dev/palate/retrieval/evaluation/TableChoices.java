package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Tables of every kind in a given share of the full one's bytes, by the names of the comparisons.
///
/// @param rows how many ids there are
/// @param ratio bytes of the full table over those of each, but for int8 and int4, which have their own
record TableChoices(int rows, int dimension, double ratio, long seed) {
    private static final double HOT = 0.06;

    Map<String, TableSpec> all() {
        int values = (int) (rows * (long) dimension / ratio);
        int buckets = values / dimension;
        Map<String, TableSpec> specs = new LinkedHashMap<>();
        specs.put("int8+5%", TableSpec.Quantised.caching(rows, dimension, 8, 0.05, seed));
        specs.put("int4+1%", TableSpec.Quantised.caching(rows, dimension, 4, 0.01, seed));
        specs.put("narrow", new TableSpec.Narrow(rows, dimension, Math.max(1, values / rows), seed));
        specs.put("hash", new TableSpec.Hashed(buckets, dimension, seed));
        specs.put("qr", quotientRemainder(rows, buckets, Combination.MULTIPLY));
        specs.put("qr-added", quotientRemainder(rows, buckets, Combination.ADD));
        specs.put(
                "crt",
                new TableSpec.ChineseRemainder(
                        rows, dimension, List.of(buckets / 2, buckets / 2 - 1), Combination.MULTIPLY, seed));
        specs.put("robe", new TableSpec.Robe(values, dimension, dimension, true, seed));
        specs.put("robe-8", new TableSpec.Robe(values, dimension, 8, true, seed));
        int weights = values / 16;
        specs.put("mem-rec", new TableSpec.MemRec((values - weights) / dimension, weights, 4, 2, dimension, seed));
        if (values / dimension * dimension > rows * 2) {
            specs.put("mem-com", new TableSpec.MemCom(rows, dimension, (values - rows) / dimension, false, seed));
            specs.put(
                    "mem-com-biased",
                    new TableSpec.MemCom(rows, dimension, (values - 2 * rows) / dimension, true, seed));
        }
        specs.put("tt", tensorTrain(values));
        specs.put("dhe", deepHash(values));
        int hot = (int) (HOT * rows);
        int cold = buckets - hot;
        TableSpec own = new TableSpec.Full(hot, dimension, seed);
        int bloom = cold * dimension / 16;
        specs.put(
                "hot+mem-rec",
                new TableSpec.HotCold(
                        hot,
                        own,
                        new TableSpec.MemRec((cold * dimension - bloom) / dimension, bloom, 2, 1, dimension, seed)));
        specs.put("hot+hash", new TableSpec.HotCold(hot, own, new TableSpec.Hashed(cold, dimension, seed)));
        specs.put("hot+qr", new TableSpec.HotCold(hot, own, quotientRemainder(rows - hot, cold, Combination.MULTIPLY)));
        return specs;
    }

    /// Which is made of a learnt table: (rows + 32 centroids) · dimension / 8 = 4 · rows · dimension / ratio.
    TableSpec productQuantised() {
        int centroids = (int) Math.clamp((32 * rows / ratio - rows) / 32, 1, 256);
        return new TableSpec.ProductQuantised(rows, dimension, centroids, seed);
    }

    /// With the fewest collisions that fit.
    private TableSpec quotientRemainder(int ids, int buckets, Combination combination) {
        int collisions = 1;
        while (Math.ceilDiv(ids, collisions) + collisions > buckets) {
            collisions++;
        }
        return TableSpec.MixedRadix.quotientRemainder(ids, dimension, collisions, combination, seed);
    }

    private TableSpec tensorTrain(int values) {
        int side = (int) Math.ceil(Math.cbrt(rows));
        List<Integer> columns = dimension == 64 ? List.of(4, 4, 4) : List.of(2, 4, dimension / 8);
        List<TableSpec> fitting = new ArrayList<>();
        for (int rank = 1; rank <= 256; rank++) {
            TableSpec next = new TableSpec.TensorTrain(rows, dimension, List.of(side, side, side), columns, rank, seed);
            if (rank == 1 || next.bytes() <= 4L * values) {
                fitting.add(next);
            }
        }
        return fitting.getLast();
    }

    private TableSpec deepHash(int values) {
        List<TableSpec> fitting = new ArrayList<>();
        for (int width = 1; width <= 1_024; width++) {
            TableSpec next = new TableSpec.DeepHash(64, width, 2, dimension, seed);
            if (width == 1 || next.bytes() <= 4L * values) {
                fitting.add(next);
            }
        }
        return fitting.getLast();
    }
}
