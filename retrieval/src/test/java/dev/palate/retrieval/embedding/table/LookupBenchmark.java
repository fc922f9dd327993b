package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Time of a lookup in tables of a million rows of 64, by JMH: docs/benchmarks.md has the command. One
/// thread; each table in a process of its own, so that a call has one target. The ids are drawn before,
/// uniform or by Zipf's law with exponent 1.05, and one lookup in 64 or so also brings a line of them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xms1g", "-Xmx2g"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LookupBenchmark {
    static final int ROWS = 1_000_000;
    static final int DIMENSION = 64;
    private static final int IDS = 1 << 18;

    /// What is looked up.
    @Param({"full", "int8", "pq", "qr-1000", "qr-8", "mem-rec", "robe-64", "robe-8", "tt-miss", "tt-hit", "dhe"})
    public String table = "full";

    /// How ids are drawn.
    @Param({"uniform", "zipf"})
    public String ids = "uniform";

    private long[] drawn = new long[IDS];
    private float[] target = new float[DIMENSION];
    private int next;
    private EmbeddingTable of = EmbeddingTables.create(new TableSpec.Full(1, 1, 1));

    /// Makes the table and draws the ids.
    @Setup
    public void prepare() {
        of = create(table);
        SplittableRandom random = new SplittableRandom(7);
        int[] zipf = FrequencyCacheTest.zipf(ROWS, IDS, 1.05, 0, random);
        for (int i = 0; i < IDS; i++) {
            drawn[i] = ids.equals("zipf") ? zipf[i] : random.nextInt(ROWS);
            if (table.equals("tt-hit")) {
                // Within the rows that are kept, all of which are looked up once before.
                drawn[i] %= ROWS / 100;
            }
        }
        for (int id = 0; id < ROWS / 100 && table.equals("tt-hit"); id++) {
            of.lookup(id, target, 0);
        }
        System.out.printf("%n%s: %,d bytes%n", table, of.residentBytes());
    }

    static EmbeddingTable create(String table) {
        TableSpec train = new TableSpec.TensorTrain(ROWS, DIMENSION, List.of(100, 100, 100), List.of(4, 4, 4), 8, 1);
        return switch (table) {
            case "full" -> EmbeddingTables.create(new TableSpec.Full(ROWS, DIMENSION, 1));
            case "int8" -> EmbeddingTables.create(TableSpec.Quantised.caching(ROWS, DIMENSION, 8, 0.01, 1));
            case "pq" -> productQuantised();
            case "qr-1000" ->
                EmbeddingTables.create(
                        TableSpec.MixedRadix.quotientRemainder(ROWS, DIMENSION, 1_000, Combination.MULTIPLY, 1));
            case "qr-8" ->
                EmbeddingTables.create(
                        TableSpec.MixedRadix.quotientRemainder(ROWS, DIMENSION, 8, Combination.MULTIPLY, 1));
            case "mem-rec" -> EmbeddingTables.create(new TableSpec.MemRec(8_000, 4_000, 4, 2, DIMENSION, 1));
            case "robe-64" -> EmbeddingTables.create(new TableSpec.Robe(525_000, DIMENSION, 64, true, 1));
            case "robe-8" -> EmbeddingTables.create(new TableSpec.Robe(525_000, DIMENSION, 8, true, 1));
            case "tt-miss" -> EmbeddingTables.create(train);
            case "tt-hit" -> EmbeddingTables.create(new TableSpec.Materialised(ROWS / 100, train));
            case "dhe" -> EmbeddingTables.create(new TableSpec.DeepHash(64, 128, 2, DIMENSION, 1));
            default -> throw new IllegalArgumentException("no table named " + table);
        };
    }

    /// With codes at random: clustering a million rows would take minutes, and a lookup does not see the
    /// difference.
    private static EmbeddingTable productQuantised() {
        TableSpec.ProductQuantised spec = new TableSpec.ProductQuantised(ROWS, DIMENSION, 256, 1);
        byte[] codes = new byte[ROWS * spec.codeBytes()];
        new SplittableRandom(1).nextBytes(codes);
        return new ProductQuantisedTable(spec, codes, ParameterTable.fresh(spec.codeBytes() * 256L * 8, 8, 1));
    }

    /// One lookup; what it wrote stays in the target, which JMH is given.
    @Benchmark
    public float[] lookup() {
        int at = next;
        next = (at + 1) & (IDS - 1);
        of.lookup(drawn[at], target, 0);
        return target;
    }
}
