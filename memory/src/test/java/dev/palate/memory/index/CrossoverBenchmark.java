package dev.palate.memory.index;

import dev.palate.memory.vector.ByteRows;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.TopK;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Finds the 50 nearest of any number of item texts in three ways: comparing with every vector as floats, the same
/// exactly through bytes ([ByteRows], as lists do), and by a settled graph of int8 vectors, which explores as little as
/// reaches a recall of .98 and .995. What is explored is chosen on 250 queries, and reported on 250 others. Run by
/// hand, see docs/benchmarks.md.
///
/// Arguments: `SEED FOLDER SIZE,...`. A graph that is in `FOLDER/SIZE` already is not built again; each of a million
/// takes some 20 minutes and 2 GB.
final class CrossoverBenchmark {
    private static final PrintStream OUT = System.out;
    private static final int QUERIES = 250;
    private static final int NEAREST = 50;
    private static final double[] WANTED = {0.98, 0.995};
    private static final int[] EXPLORED = {50, 75, 100, 150, 200, 300, 400, 600, 800, 1_200, 1_600, 2_400};

    private CrossoverBenchmark() {}

    /// Queries with the exact best of each.
    private record Asked(float[][] queries, List<Set<String>> truth) {}

    public static void main(String[] arguments) throws IOException {
        BenchmarkVectors vectors = new BenchmarkVectors(Long.parseLong(arguments[0]));
        float[][] queries = vectors.rows(1L << 40, 2 * QUERIES);
        OUT.println("| vectors | way | recall@50 | p50 ms | p99 ms | cpu ms | load |");
        for (String size : arguments[2].split(",", -1)) {
            int count = Integer.parseInt(size);
            List<Set<String>> truth = exact(vectors, count, queries);
            Path folder = Files.createDirectories(Path.of(arguments[1])).resolve(size);
            FormatBenchmark.build(VectorFormat.INT8, folder, vectors, count);
            try (LuceneStore store = new LuceneStore(folder, VectorFormat.INT8, new TextAnalysis().analyzer())) {
                var chosenOn = new Asked(Arrays.copyOf(queries, QUERIES), truth.subList(0, QUERIES));
                var reported = new Asked(
                        Arrays.copyOfRange(queries, QUERIES, 2 * QUERIES), truth.subList(QUERIES, 2 * QUERIES));
                byGraph(count, store, chosenOn, reported);
            }
        }
    }

    private static List<Set<String>> exact(BenchmarkVectors vectors, int count, float[][] queries) {
        int dimension = BenchmarkVectors.DIMENSION;
        float[] rows = new float[Math.multiplyExact(count, dimension)];
        for (int row = 0; row < count; row++) {
            System.arraycopy(vectors.vector(row), 0, rows, row * dimension, dimension);
        }
        List<int[]> found = new ArrayList<>();
        float[][] some = Arrays.copyOfRange(queries, QUERIES, 2 * QUERIES);
        Way floats = new Way(some, query -> asFloats(rows, query));
        print(count, "exact, float32", 1, floats);
        ByteRows bytes = ByteRows.of(rows, dimension);
        double[] same = {0};
        Way coded = new Way(some, query -> bytes.best(query, null, Float.NEGATIVE_INFINITY, NEAREST));
        for (float[] query : queries) {
            found.add(bytes.best(query, null, Float.NEGATIVE_INFINITY, NEAREST));
            same[0] += Arrays.equals(found.getLast(), asFloats(rows, query)) ? 1 : 0;
        }
        print(count, "exact, through bytes", same[0] / queries.length, coded);
        return found.stream()
                .map(best -> IntStream.of(best).mapToObj(row -> "m" + row).collect(Collectors.toSet()))
                .toList();
    }

    private static int[] asFloats(float[] rows, float[] query) {
        float[] products = new float[rows.length / query.length];
        for (int row = 0; row < products.length; row++) {
            products[row] = Kernels.dot(rows, row * query.length, query, 0, query.length);
        }
        return TopK.select(products, NEAREST);
    }

    private static void byGraph(int count, LuceneStore store, Asked chosenOn, Asked reported) {
        for (double wanted : WANTED) {
            int chosen = 0;
            for (int at = 0; at < EXPLORED.length && chosen == 0; at++) {
                chosen = recall(store, chosenOn, EXPLORED[at]) >= wanted ? EXPLORED[at] : 0;
            }
            if (chosen == 0) {
                OUT.printf("| %,d | graph: no exploring up to 2,400 reaches %.3f |%n", count, wanted);
                return;
            }
            int explored = chosen;
            Way graph = new Way(reported.queries, query -> nearest(store, query, explored));
            print(count, "graph, " + explored + " explored", recall(store, reported, explored), graph);
        }
    }

    private static double recall(LuceneStore store, Asked asked, int explored) {
        double sum = 0;
        for (int q = 0; q < QUERIES; q++) {
            sum += VectorBenchmark.recall(asked.truth.get(q), nearest(store, asked.queries[q], explored));
        }
        return sum / QUERIES;
    }

    private static List<VectorSearch.Hit> nearest(LuceneStore store, float[] query, int explored) {
        return store.search(
                searcher -> VectorSearch.byGraph(searcher, VectorFields.FIRST, query, null, NEAREST, explored));
    }

    private interface Search {
        Object of(float[] query);
    }

    /// Times of one way, of wall and of the thread's processor, after a second of warming up.
    private static final class Way {
        private final long[] wall;
        private final long[] cpu;

        Way(float[][] queries, Search search) {
            long end = System.nanoTime() + 1_000_000_000L;
            for (int q = 0; q < 20 || System.nanoTime() < end; q++) {
                search.of(queries[q % queries.length]);
            }
            wall = new long[queries.length];
            cpu = new long[queries.length];
            var threads = ManagementFactory.getThreadMXBean();
            for (int q = 0; q < queries.length; q++) {
                long busy = threads.getCurrentThreadCpuTime();
                long start = System.nanoTime();
                search.of(queries[q]);
                wall[q] = System.nanoTime() - start;
                cpu[q] = threads.getCurrentThreadCpuTime() - busy;
            }
            Arrays.sort(wall);
            Arrays.sort(cpu);
        }
    }

    private static void print(int count, String name, double recall, Way way) {
        OUT.printf(
                "| %,d | %s | %.4f | %.3f | %.3f | %.3f | %.1f |%n",
                count,
                name,
                recall,
                VectorBenchmark.at(way.wall, .5),
                VectorBenchmark.at(way.wall, .99),
                VectorBenchmark.at(way.cpu, .5),
                VectorBenchmark.load());
    }
}
