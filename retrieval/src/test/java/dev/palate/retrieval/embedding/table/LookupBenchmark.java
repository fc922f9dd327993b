package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/// Time of a lookup in tables of a million rows of 64: nanoseconds, the best and the middle of some runs,
/// by uniform and by Zipf-distributed ids. `LookupBenchmark [RUNS]`; one kind at a time in the order
/// below, so that a call has one target after warming up.
final class LookupBenchmark {
    private static final int ROWS = 1_000_000;
    private static final int DIMENSION = 64;
    private static final int LOOKUPS = 1 << 18;

    private LookupBenchmark() {}

    public static void main(String[] arguments) {
        int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
        SplittableRandom random = new SplittableRandom(7);
        long[] uniform = random.longs(LOOKUPS, 0, ROWS).toArray();
        int[] drawn = FrequencyCacheTest.zipf(ROWS, LOOKUPS, 1.05, 0, random);
        long[] zipf = new long[LOOKUPS];
        for (int i = 0; i < LOOKUPS; i++) {
            zipf[i] = drawn[i];
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.printf("%-14s %10s %20s %20s%n", "table", "MB", "uniform best/median", "zipf best/median");
        specs().forEach((name, spec) -> {
            EmbeddingTable table = EmbeddingTables.create(spec);
            long[] ofUniform = times(table, uniform, runs);
            long[] ofZipf = times(table, zipf, runs);
            out.printf(
                    Locale.ROOT,
                    "%-14s %10.2f %9.1f %9.1f  %9.1f %9.1f%n",
                    name,
                    table.residentBytes() / 1e6,
                    ofUniform[0] / (double) LOOKUPS,
                    ofUniform[runs / 2] / (double) LOOKUPS,
                    ofZipf[0] / (double) LOOKUPS,
                    ofZipf[runs / 2] / (double) LOOKUPS);
        });
    }

    private static Map<String, TableSpec> specs() {
        Map<String, TableSpec> specs = new LinkedHashMap<>();
        specs.put("full", new TableSpec.Full(ROWS, DIMENSION, 1));
        specs.put("int8+1%", TableSpec.Quantised.caching(ROWS, DIMENSION, 8, 0.01, 1));
        specs.put("int4+1%", TableSpec.Quantised.caching(ROWS, DIMENSION, 4, 0.01, 1));
        specs.put("qr-1000", TableSpec.MixedRadix.quotientRemainder(ROWS, DIMENSION, 1_000, Combination.MULTIPLY, 1));
        specs.put("qr-8", TableSpec.MixedRadix.quotientRemainder(ROWS, DIMENSION, 8, Combination.MULTIPLY, 1));
        specs.put("mem-rec", new TableSpec.MemRec(8_000, 4_000, 4, 2, DIMENSION, 1));
        specs.put("mem-com", new TableSpec.MemCom(ROWS, DIMENSION, ROWS / 16, false, 1));
        specs.put("robe-64", new TableSpec.Robe(525_000, DIMENSION, 64, true, 1));
        specs.put("robe-8", new TableSpec.Robe(525_000, DIMENSION, 8, true, 1));
        TableSpec train = new TableSpec.TensorTrain(ROWS, DIMENSION, List.of(100, 100, 100), List.of(4, 4, 4), 8, 1);
        specs.put("tt-8", train);
        specs.put("tt-8 kept 1%", new TableSpec.Materialised(ROWS / 100, train));
        specs.put("dhe-64x128", new TableSpec.DeepHash(64, 128, 2, DIMENSION, 1));
        return specs;
    }

    /// Sorted.
    private static long[] times(EmbeddingTable table, long[] ids, int runs) {
        float[] target = new float[DIMENSION];
        long[] times = new long[runs];
        float kept = 0;
        for (int run = -3; run < runs; run++) {
            long start = System.nanoTime();
            for (long id : ids) {
                table.lookup(id, target, 0);
                kept += target[7];
            }
            if (run >= 0) {
                times[run] = System.nanoTime() - start;
            }
        }
        if (Float.isNaN(kept)) {
            throw new IllegalStateException("a lookup gave no number");
        }
        Arrays.sort(times);
        return times;
    }
}
