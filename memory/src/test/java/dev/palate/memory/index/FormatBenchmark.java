package dev.palate.memory.index;

import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Prints, for each vector format at any number of memories, recall@10 against comparing with every vector and
/// latency, in one settled segment: as served, and with the least exploring that reaches .98. What is explored is
/// chosen on 500 queries, and reported on 500 others. Run by hand, see docs/benchmarks.md.
///
/// Arguments: `COUNT SEED FORMAT,... FOLDER`. An index that is in `FOLDER/FORMAT` already is searched and not built
/// again, so that each format can have a run of its own.
final class FormatBenchmark {
    private static final PrintStream OUT = System.out;
    private static final int QUERIES = 500;
    private static final double WANTED = 0.98;
    private static final int[] EXPLORED = {10, 20, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1_000};
    private static final MemoryFilter ACTIVE = new MemoryFilter(null, Set.of(), Set.of(MemoryStatus.ACTIVE), null);

    private FormatBenchmark() {}

    /// Queries with the exact best ten of each.
    private record Asked(float[][] queries, List<Set<String>> truth) {}

    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[0]);
        BenchmarkVectors vectors = new BenchmarkVectors(Long.parseLong(arguments[1]));
        Path folder = Files.createDirectories(Path.of(arguments[3]));
        float[][] queries = vectors.rows(1L << 40, 2 * QUERIES);
        List<Set<String>> truth = new ArrayList<>();
        OUT.printf(
                "%d vectors of %d dimensions, load %.1f%n", count, BenchmarkVectors.DIMENSION, VectorBenchmark.load());
        for (String name : arguments[2].split(",", -1)) {
            VectorFormat format = VectorFormat.valueOf(name);
            Path place = folder.resolve(name);
            build(format, place, vectors, count);
            TextAnalysis analysis = new TextAnalysis();
            try (LuceneStore store = new LuceneStore(place, format, analysis.analyzer())) {
                if (truth.isEmpty()) {
                    // The raw vectors and their ids are the same in every format.
                    truth.addAll(VectorBenchmark.held(store, VectorFields.FIRST, queries));
                }
                var chosenOn = new Asked(Arrays.copyOf(queries, QUERIES), truth.subList(0, QUERIES));
                var reported = new Asked(
                        Arrays.copyOfRange(queries, QUERIES, 2 * QUERIES), truth.subList(QUERIES, 2 * QUERIES));
                report(format, store, chosenOn, reported);
            }
        }
    }

    /// One settled segment in a folder; one that is whole already stays.
    static void build(VectorFormat format, Path place, BenchmarkVectors vectors, int count) throws IOException {
        Path whole = place.resolveSibling(place.getFileName() + ".whole");
        if (Files.exists(whole)) {
            return;
        }
        TextAnalysis analysis = new TextAnalysis();
        long start = System.nanoTime();
        long cpu = VectorBenchmark.processCpu();
        try (LuceneStore store = new LuceneStore(place, format, analysis.analyzer())) {
            MemoryIndex index = new MemoryIndex(store, analysis, VectorFields.of(BenchmarkVectors.DIMENSION));
            VectorBenchmark.fill(index, vectors, count);
            store.refresh();
            OUT.printf("%s: built in %s%n", format, since(start, cpu));
            start = System.nanoTime();
            cpu = VectorBenchmark.processCpu();
            store.settle();
            OUT.printf(
                    "%s: settled in %s, %.0f bytes a memory on disk%n",
                    format, since(start, cpu), store.byteSize() / (double) count);
        }
        Files.createFile(whole);
    }

    private static String since(long start, long cpu) {
        return String.format(
                "%.0f s, cpu %.0f s, load %.1f",
                (System.nanoTime() - start) / 1e9, (VectorBenchmark.processCpu() - cpu) / 1e9, VectorBenchmark.load());
    }

    private static void report(VectorFormat format, LuceneStore store, Asked chosenOn, Asked reported) {
        int chosen = 0;
        for (int explored : EXPLORED) {
            double recall = graph(format, "chosen on", store, chosenOn, explored);
            chosen = chosen == 0 && recall >= WANTED ? explored : chosen;
        }
        if (chosen == 0) {
            OUT.printf("%s: no exploring reaches %.2f%n", format, WANTED);
        } else {
            graph(format, "reported, chosen there,", store, reported, chosen);
        }
        MemoryIndex index = new MemoryIndex(store, new TextAnalysis(), VectorFields.of(BenchmarkVectors.DIMENSION));
        int served = VectorFormats.explored(format, 10, (int) store.count());
        double[] recall = {0};
        long[] nanos = VectorBenchmark.timed(
                QUERIES,
                q -> recall[0] += VectorBenchmark.recall(
                        reported.truth.get(q),
                        store.search(searcher ->
                                VectorSearch.nearest(searcher, VectorFields.FIRST, reported.queries[q], null, 10))));
        print(format, "reported, as served,", served, recall[0], nanos);
        long[] filtered = VectorBenchmark.timed(QUERIES, q -> index.nearest(reported.queries[q], ACTIVE, 10));
        OUT.printf(
                "%s reported, as served, of status active: p50 %.3f ms, p99 %.3f ms%n",
                format, VectorBenchmark.at(filtered, .5), VectorBenchmark.at(filtered, .99));
    }

    private static double graph(VectorFormat format, String what, LuceneStore store, Asked asked, int explored) {
        double[] recall = {0};
        long[] nanos = VectorBenchmark.timed(
                QUERIES,
                q -> recall[0] += VectorBenchmark.recall(
                        asked.truth.get(q),
                        store.search(searcher -> VectorSearch.byGraph(
                                searcher, VectorFields.FIRST, asked.queries[q], null, 10, explored))));
        print(format, what, explored, recall[0], nanos);
        return recall[0] / QUERIES / 2;
    }

    /// @param recall of both times that every query was asked
    private static void print(VectorFormat format, String what, int explored, double recall, long[] nanos) {
        OUT.printf(
                "%s %s explored %d: recall@10 %.4f, p50 %.3f ms, p99 %.3f ms, load %.1f%n",
                format,
                what,
                explored,
                recall / QUERIES / 2,
                VectorBenchmark.at(nanos, .5),
                VectorBenchmark.at(nanos, .99),
                VectorBenchmark.load());
    }
}
