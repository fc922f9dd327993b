package dev.palate.memory.index;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.vector.Kernels;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.search.IndexSearcher;

/// Prints, for each vector format, what building and searching an index of memories costs and its recall@10 against
/// comparing with every vector, and where comparing with each is faster than the graph. Run by hand, see
/// docs/benchmarks.md.
///
/// Arguments: `formats COUNT SEED FORMAT,...|crossover COUNT SEED FORMAT,...` and optionally a folder to leave the
/// vectors in for `benchmarks/ann_hnswlib.py`; or `rescored COUNT SEED FORMAT INDEX` to vary how many of the
/// candidates are scored by their raw vectors; or `search COUNT SEED FORMAT INDEX [settle]` to search an index that
/// `TierBenchmark build` left, as it is or with its segments merged first.
final class VectorBenchmark {
    private static final PrintStream OUT = System.out;
    private static final int QUERIES = 500;
    private static final int PER_USER = 10;

    private VectorBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[1]);
        BenchmarkVectors vectors = new BenchmarkVectors(Long.parseLong(arguments[2]));
        List<VectorFormat> formats = Arrays.stream(arguments[3].split(",", -1))
                .map(VectorFormat::valueOf)
                .toList();
        float[][] queries = vectors.rows(1L << 40, QUERIES);
        OUT.printf("%d vectors of %d dimensions, load %.1f%n", count, BenchmarkVectors.DIMENSION, load());
        if (arguments[0].equals("search")) {
            searchLeft(Path.of(arguments[4]), formats.getFirst(), arguments.length > 5, queries);
            return;
        }
        if (arguments[0].equals("rescored")) {
            rescored(Path.of(arguments[4]), formats.getFirst(), queries);
            return;
        }
        float[][] rows = vectors.rows(0, count);
        if (arguments.length > 4) {
            Path folder = Files.createDirectories(Path.of(arguments[4]));
            BenchmarkVectors.write(folder.resolve("base.f32"), rows);
            BenchmarkVectors.write(folder.resolve("queries.f32"), queries);
        }
        for (VectorFormat format : formats) {
            if (arguments[0].equals("crossover")) {
                for (int size = 500; size <= count; size *= 2) {
                    measure(format, Arrays.copyOf(rows, size), queries, true);
                }
            } else {
                measure(format, rows, queries, false);
            }
        }
    }

    private static void searchLeft(Path folder, VectorFormat format, boolean settle, float[][] queries)
            throws IOException {
        TextAnalysis analysis = new TextAnalysis();
        try (LuceneStore store = new LuceneStore(folder, format, analysis.analyzer())) {
            if (settle) {
                long start = System.nanoTime();
                long cpu = processCpu();
                store.settle();
                OUT.printf(
                        "settled in %.1f s, cpu %.1f s, load %.1f%n",
                        (System.nanoTime() - start) / 1e9, (processCpu() - cpu) / 1e9, load());
            }
            OUT.printf(
                    "%d segments, %.0f bytes a memory%n",
                    store.search(searcher -> searcher.getIndexReader().leaves().size()),
                    store.byteSize() / (double) store.count());
            VectorFields.Field field = store.search(VectorBenchmark::field);
            MemoryIndex index = new MemoryIndex(store, analysis, new VectorFields(field, field));
            search(index, field.name(), format, queries, held(store, field.name(), queries));
            long[] filtered = timed(
                    queries.length,
                    q -> index.nearest(
                            queries[q], new MemoryFilter(null, Set.of(), Set.of(MemoryStatus.ACTIVE), null), 10));
            OUT.printf(
                    "%s as served, of status active: p50 %.3f ms, p99 %.3f ms%n",
                    format, at(filtered, .5), at(filtered, .99));
        }
    }

    private static void rescored(Path folder, VectorFormat format, float[][] queries) throws IOException {
        try (LuceneStore store = new LuceneStore(folder, format, new TextAnalysis().analyzer())) {
            String field = store.search(VectorBenchmark::field).name();
            List<Set<String>> truth = held(store, field, queries);
            for (int explored : new int[] {200, 400, 600, 800, 1_000}) {
                for (int rescored : new int[] {10, 50, 100, 200, explored}) {
                    double[] recall = {0};
                    long[] nanos = timed(
                            queries.length,
                            q -> recall[0] += recall(
                                    truth.get(q),
                                    store.search(searcher -> VectorSearch.byGraph(
                                            searcher, field, queries[q], null, 10, explored, rescored))));
                    OUT.printf(
                            "%s explored %d, rescored %d: recall@10 %.4f, p50 %.3f ms, load %.1f%n",
                            format, explored, rescored, recall[0] / queries.length / 2, at(nanos, .5), load());
                }
            }
        }
    }

    private static VectorFields.Field field(IndexSearcher searcher) {
        for (FieldInfo info : FieldInfos.getMergedFieldInfos(searcher.getIndexReader())) {
            if (info.hasVectorValues()) {
                return new VectorFields.Field(info.name, info.getVectorDimension());
            }
        }
        throw new IllegalArgumentException("the index holds no vectors");
    }

    private static void measure(VectorFormat format, float[][] rows, float[][] queries, boolean crossover)
            throws IOException {
        Path folder = Files.createTempDirectory("palate-vectors");
        TextAnalysis analysis = new TextAnalysis();
        long start = System.nanoTime();
        long cpu = processCpu();
        try (LuceneStore store = new LuceneStore(folder, format, analysis.analyzer())) {
            MemoryIndex index = new MemoryIndex(store, analysis, VectorFields.of(BenchmarkVectors.DIMENSION));
            fill(index, rows);
            store.refresh();
            OUT.printf(
                    "%s, %d memories: built in %.1f s, cpu %.1f s, %.0f bytes a memory on disk, %d segments, load %.1f%n",
                    format,
                    rows.length,
                    (System.nanoTime() - start) / 1e9,
                    (processCpu() - cpu) / 1e9,
                    store.byteSize() / (double) rows.length,
                    store.search(searcher -> searcher.getIndexReader().leaves().size()),
                    load());
            if (crossover) {
                compare(store, queries);
            } else {
                search(index, VectorFields.FIRST, format, queries, held(store, VectorFields.FIRST, queries));
            }
        } finally {
            delete(folder);
        }
    }

    static void fill(MemoryIndex index, float[][] rows) {
        fill(index, rows.length, i -> rows[i]);
    }

    /// As above, with vectors made as they are needed.
    static void fill(MemoryIndex index, BenchmarkVectors vectors, int count) {
        fill(index, count, vectors::vector);
    }

    private static void fill(MemoryIndex index, int count, IntFunction<float[]> vectors) {
        for (int i = 0; i < count; i++) {
            Memory memory = IndexFixture.memory(
                            "m" + i,
                            IndexFixture.user("u" + i / PER_USER),
                            "likes thing number " + i,
                            "tag:t" + i % 500)
                    .memory();
            index.put(memory, Map.of(VectorKey.of(memory.text()), vectors.apply(i)));
        }
    }

    private static void search(
            MemoryIndex index, String field, VectorFormat format, float[][] queries, List<Set<String>> truth) {
        for (int explored : new int[] {10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 600, 800}) {
            double[] recall = {0};
            long[] nanos = timed(
                    queries.length,
                    q -> recall[0] += recall(
                            truth.get(q),
                            index.store()
                                    .search(searcher ->
                                            VectorSearch.byGraph(searcher, field, queries[q], null, 10, explored))));
            OUT.printf(
                    "%s explored %d: recall@10 %.4f, p50 %.3f ms, p99 %.3f ms%n",
                    format, explored, recall[0] / queries.length / 2, at(nanos, .5), at(nanos, .99));
        }
        double[] recall = {0};
        long[] nanos = timed(
                queries.length,
                q -> recall[0] += recall(
                        truth.get(q),
                        index.store().search(searcher -> VectorSearch.nearest(searcher, field, queries[q], null, 10))));
        OUT.printf(
                "%s as served: recall@10 %.4f, p50 %.3f ms, p99 %.3f ms, load %.1f%n",
                format, recall[0] / queries.length / 2, at(nanos, .5), at(nanos, .99), load());
        long[] user = timed(
                queries.length, q -> index.nearest(queries[q], MemoryFilter.active(IndexFixture.user("u" + q)), 10));
        OUT.printf(
                "%s one user of %d memories by the index: p50 %.3f ms, p99 %.3f ms%n",
                format, PER_USER, at(user, .5), at(user, .99));
    }

    private static void compare(LuceneStore store, float[][] queries) {
        long[] exact = timed(
                queries.length,
                q -> store.search(searcher ->
                        VectorSearch.nearest(searcher, VectorFields.FIRST, queries[q], null, 10, Long.MAX_VALUE)));
        int explored = VectorFormats.explored(store.format(), 10, (int) store.count());
        long[] graph = timed(
                queries.length,
                q -> store.search(searcher ->
                        VectorSearch.byGraph(searcher, VectorFields.FIRST, queries[q], null, 10, explored)));
        OUT.printf("%s: exact p50 %.3f ms, graph p50 %.3f ms%n", store.format(), at(exact, .5), at(graph, .5));
    }

    static double recall(Set<String> truth, List<VectorSearch.Hit> found) {
        return found.stream().filter(hit -> truth.contains(hit.id())).count() / (double) truth.size();
    }

    /// The exact best ten of each query among the vectors that the index holds: `TierBenchmark` leaves some memories
    /// cold, without one, and has added others.
    static List<Set<String>> held(LuceneStore store, String field, float[][] queries) throws IOException {
        List<PriorityQueue<VectorSearch.Hit>> best = new ArrayList<>();
        for (int q = 0; q < queries.length; q++) {
            best.add(new PriorityQueue<>(VectorSearch.BEST_FIRST.reversed()));
        }
        store.search(searcher -> {
            VectorSearch.each(searcher, field, (id, raw) -> {
                for (int q = 0; q < queries.length; q++) {
                    float score = Kernels.dot(queries[q], 0, raw, 0, raw.length);
                    PriorityQueue<VectorSearch.Hit> heap = best.get(q);
                    if (heap.size() < 10 || score > heap.element().score()) {
                        heap.add(new VectorSearch.Hit(id, score));
                        if (heap.size() > 10) {
                            heap.remove();
                        }
                    }
                }
            });
            return 0;
        });
        return best.stream()
                .map(heap -> heap.stream().map(VectorSearch.Hit::id).collect(Collectors.toSet()))
                .toList();
    }

    interface Step {
        void run(int number);
    }

    /// Once to warm up, once measured.
    static long[] timed(int times, Step step) {
        long[] nanos = new long[times];
        for (int i = 0; i < 2 * times; i++) {
            long start = System.nanoTime();
            step.run(i % times);
            nanos[i % times] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    static double at(long[] sorted, double share) {
        return sorted[(int) (share * (sorted.length - 1))] / 1e6;
    }

    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    static long processCpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
