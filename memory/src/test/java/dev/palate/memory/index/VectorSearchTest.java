package dev.palate.memory.index;

import static dev.palate.memory.index.IndexFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.vector.Kernels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorSearchTest {
    private static final int DIMENSION = 64;
    private static final int COUNT = 3_000;
    private static final int PER_USER = 30;
    private static final int QUERIES = 50;
    private static final long SEED = Long.getLong("test.seed", 20_260_101L);
    private static final MemoryFilter ALL = new MemoryFilter(null, Set.of(), Set.of(), null);

    @TempDir
    Path folder;

    private final float[][] rows = new float[COUNT][];
    private final float[][] queries = new float[QUERIES][];

    /// Vectors around 60 centres, as memories are around a few themes.
    private void fillRows() {
        SplittableRandom random = new SplittableRandom(SEED);
        float[][] centres = new float[60][];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = around(new float[DIMENSION], 1, random);
        }
        for (int i = 0; i < COUNT; i++) {
            rows[i] = around(centres[random.nextInt(centres.length)], 0.8, random);
        }
        for (int i = 0; i < QUERIES; i++) {
            queries[i] = around(centres[random.nextInt(centres.length)], 0.8, random);
        }
    }

    private static float[] around(float[] centre, double spread, SplittableRandom random) {
        float[] vector = centre.clone();
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] += (float) (spread / Math.sqrt(DIMENSION) * random.nextGaussian());
        }
        Kernels.scale((float) (1 / Math.sqrt(Kernels.dot(vector, 0, vector, 0, DIMENSION))), vector, 0, DIMENSION);
        return vector;
    }

    private LuceneStore store(VectorFormat format) {
        return new LuceneStore(folder.resolve("index"), format, new TextAnalysis().analyzer());
    }

    private MemoryIndex filled(LuceneStore store) {
        fillRows();
        MemoryIndex index = new MemoryIndex(store, new TextAnalysis(), VectorFields.of(DIMENSION));
        for (int i = 0; i < COUNT; i++) {
            put(index, i);
        }
        store.refresh();
        return index;
    }

    private void put(MemoryIndex index, int row) {
        Memory memory = IndexFixture.memory("m" + row, user("u" + row / PER_USER), "text " + row, "tag:a")
                .memory();
        index.put(memory, Map.of(VectorKey.of(memory.text()), rows[row]));
    }

    private List<String> exact(float[] query, int k, IntPredicate among) {
        return IntStream.range(0, COUNT)
                .filter(among)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(row -> Kernels.dot(query, 0, rows[row], 0, DIMENSION))
                        .reversed()
                        .thenComparing(row -> "m" + row))
                .limit(k)
                .map(row -> "m" + row)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(VectorFormat.class)
    void everyFormatFindsTheNearestByItsGraph(VectorFormat format) {
        try (LuceneStore store = store(format)) {
            filled(store);
            double found = 0;
            for (float[] query : queries) {
                Set<String> best = new HashSet<>(exact(query, 10, row -> true));
                found += store
                        .search(searcher -> VectorSearch.byGraph(
                                searcher,
                                VectorFields.FIRST,
                                query,
                                null,
                                10,
                                VectorFormats.explored(format, 10, COUNT)))
                        .stream()
                        .filter(hit -> best.contains(hit.id()))
                        .count();
            }
            assertThat(found / QUERIES / 10)
                    .as("recall@10 of %s, seed %d", format, SEED)
                    .isGreaterThanOrEqualTo(0.98);
        }
    }

    @Test
    void whatIsFewIsComparedExactlyWithoutWhatWasDeleted() {
        try (LuceneStore store = store(VectorFormat.BIT)) {
            MemoryIndex index = filled(store);
            for (int row = 0; row < COUNT; row += 7) {
                index.delete(new MemoryId("m" + row));
            }
            store.refresh();
            for (int i = 0; i < QUERIES; i++) {
                float[] query = queries[i];
                assertThat(IndexFixture.memoryIds(index.nearest(query, ALL, 10)))
                        .as("query %d, seed %d", i, SEED)
                        .isEqualTo(exact(query, 10, row -> row % 7 != 0));
                int number = i;
                assertThat(IndexFixture.memoryIds(index.nearest(query, MemoryFilter.active(user("u" + i)), 40)))
                        .as("query %d of one user, seed %d", i, SEED)
                        .isEqualTo(exact(query, 40, row -> row % 7 != 0 && row / PER_USER == number));
            }
        }
    }

    @Test
    void aSelectiveFilterIsScannedAndAWideOneIsNot() {
        try (LuceneStore store = store(VectorFormat.INT8)) {
            MemoryIndex index = filled(store);
            MemoryFilter mine = MemoryFilter.active(user("u3"));
            long[] costs = store.search(searcher -> new long[] {
                ExactScan.of(searcher, VectorFields.FIRST, index.query(mine)).cost(),
                ExactScan.of(searcher, VectorFields.FIRST, index.query(ALL)).cost(),
                ExactScan.of(searcher, VectorFields.FIRST, null).cost()
            });
            assertThat(costs[0]).isEqualTo(PER_USER);
            assertThat(costs[1]).isEqualTo(COUNT);
            assertThat(costs[2]).isEqualTo(COUNT);
            List<VectorSearch.Hit> byGraph = store.search(searcher ->
                    VectorSearch.nearest(searcher, VectorFields.FIRST, queries[0], index.query(mine), 5, PER_USER - 1));
            assertThat(byGraph).hasSize(5);
        }
    }

    @Test
    void anotherFormatIsWrittenInTheBackgroundWhileSearchesGoOn() throws Exception {
        List<String> before;
        try (TestTruth truth = new TestTruth(folder.resolve("truth"))) {
            for (int i = 0; i < 300; i++) {
                truth.memories().put(List.of(IndexFixture.memory("m" + i, user("u"), "likes " + i, "tag:a")));
            }
            before = roundTrip(truth, VectorFormat.FLOAT32, List.of());
            for (VectorFormat format : List.of(VectorFormat.BIT, VectorFormat.INT4, VectorFormat.INT8)) {
                assertThat(roundTrip(truth, format, before)).isEqualTo(before);
            }
        }
    }

    /// Opens with the format, searches until all of it is in that format, and returns what a search finds.
    private List<String> roundTrip(TestTruth truth, VectorFormat format, List<String> before) throws Exception {
        IndexOptions options = new IndexOptions(format, 1, Duration.ofMillis(10), 100, 2, Duration.ofHours(1));
        IndexFixture.CountingEncoder encoder = new IndexFixture.CountingEncoder();
        try (IndexChanges changes = IndexChanges.open(folder.resolve("search"), truth.sources(), encoder, options)) {
            float[] query = encoder.encode("likes 17");
            List<List<String>> seen = new ArrayList<>();
            long deadline = System.nanoTime() + IndexFixture.PATIENCE.toNanos();
            do {
                if (!before.isEmpty()) {
                    seen.add(IndexFixture.memoryIds(changes.memories().nearest(query, ALL, 10)));
                }
            } while (changes.status().rewriteProgress() < 1 && System.nanoTime() < deadline);
            assertThat(seen).allSatisfy(found -> assertThat(found).isEqualTo(before));
            IndexFixture.settle(changes);
            assertThat(changes.status().vectorFormat()).isEqualTo(format);
            assertThat(changes.status().rewriteProgress()).isEqualTo(1);
            assertThat(encoder.count.get()).isEqualTo(before.isEmpty() ? 301 : 1);
            return IndexFixture.memoryIds(changes.memories().nearest(query, ALL, 10));
        }
    }
}
