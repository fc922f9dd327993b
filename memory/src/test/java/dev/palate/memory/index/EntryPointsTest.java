package dev.palate.memory.index;

import static dev.palate.memory.index.IndexFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.vector.Kernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntryPointsTest {
    private static final int DIMENSION = 32;
    private static final int CLUSTERS = 60;
    private static final int COUNT = 6_000;
    private static final int LEAST = 1_000;
    private static final int QUERIES = 120;
    private static final long SEED = Long.getLong("test.seed", 20_260_101L);
    private static final Position POSITION = new Position("db", 1, "encoder", "", "", 0, new ChangeNumber(7));

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final TextAnalysis analysis = new TextAnalysis();
    private final float[][] centres = new float[CLUSTERS][];

    private float[] around(int cluster) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            double centre = cluster < 0 ? 0 : centres[cluster][i];
            vector[i] = (float) (centre + random.nextGaussian() * (cluster < 0 ? 1 : 0.05));
        }
        Kernels.scale((float) (1 / Math.sqrt(Kernels.dot(vector, 0, vector, 0, DIMENSION))), vector, 0, DIMENSION);
        return vector;
    }

    private LuceneStore filled() {
        for (int i = 0; i < CLUSTERS; i++) {
            centres[i] = around(-1);
        }
        LuceneStore store = new LuceneStore(folder.resolve("m"), VectorFormat.INT8, analysis.analyzer());
        MemoryIndex index = new MemoryIndex(store, analysis, VectorFields.of(DIMENSION));
        for (int i = 0; i < COUNT; i++) {
            Memory memory = IndexFixture.memory("m" + i, user("u" + i / 10), "likes " + i, "tag:t" + i)
                    .memory();
            index.put(memory, Map.of(VectorKey.of(memory.text()), around(i % CLUSTERS)));
        }
        store.refresh();
        store.settle();
        return store;
    }

    /// How searches of a graph went.
    ///
    /// @param recall of the best ten
    /// @param visited vectors compared in the graph, in the mean
    private record Went(double recall, double visited) {}

    /// Narrow on purpose: a search from one point stays where it comes to.
    private static Went search(IndexSearcher searcher, float[][] queries, boolean entered) throws IOException {
        LeafReader leaf = searcher.getIndexReader().leaves().getFirst().reader();
        double found = 0;
        double visited = 0;
        for (float[] query : queries) {
            KnnSearchStrategy strategy = entered
                    ? EntryPoints.strategy(leaf, VectorFields.FIRST, query, LEAST)
                    : KnnSearchStrategy.Hnsw.DEFAULT;
            TopKnnCollector collector = new TopKnnCollector(12, Integer.MAX_VALUE, strategy);
            leaf.searchNearestVectors(
                    VectorFields.FIRST, query, collector, AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc()));
            TopDocs hits = collector.topDocs();
            visited += collector.visitedCount();
            Set<String> exact = new HashSet<>();
            VectorSearch.nearest(searcher, VectorFields.FIRST, query, null, 10, Long.MAX_VALUE)
                    .forEach(hit -> exact.add(hit.id()));
            found += VectorSearch.hits(searcher, hits).stream()
                            .filter(hit -> exact.contains(hit.id()))
                            .count()
                    / 10.0;
        }
        return new Went(found / queries.length, visited / queries.length);
    }

    /// So small a graph is found well in from one point too, by a longer way: 158 vectors against 123
    /// here, over five seeds within two of that. What is gained in recall shows at a million
    /// (docs/benchmarks.md).
    @Test
    void aNarrowSearchBeginsNearWhatIsAskedFor() {
        try (LuceneStore store = filled()) {
            float[][] queries = new float[QUERIES][];
            for (int q = 0; q < QUERIES; q++) {
                queries[q] = around(q % CLUSTERS);
            }
            Went from = store.search(searcher -> search(searcher, queries, false));
            Went entered = store.search(searcher -> search(searcher, queries, true));
            assertThat(entered.visited)
                    .as("from one point %s, seed %d", from, SEED)
                    .isLessThan(0.85 * from.visited);
            assertThat(entered.recall)
                    .as("from one point %s, seed %d", from, SEED)
                    .isGreaterThan(0.9)
                    .isGreaterThan(from.recall - 0.02);
        }
    }

    @Test
    void aSmallSegmentIsSearchedAsItWas() {
        try (LuceneStore store = filled()) {
            float[] query = around(0);
            KnnSearchStrategy strategy = store.search(searcher -> EntryPoints.strategy(
                    searcher.getIndexReader().leaves().getFirst().reader(), VectorFields.FIRST, query));
            assertThat(strategy).isSameAs(KnnSearchStrategy.Hnsw.DEFAULT);
            KnnSearchStrategy other = store.search(searcher -> EntryPoints.strategy(
                    searcher.getIndexReader().leaves().getFirst().reader(), "another field", query, LEAST));
            assertThat(other).isSameAs(KnnSearchStrategy.Hnsw.DEFAULT);
        }
    }

    /// Vectors of what was erased stay in the heap no longer than in the segment.
    @Test
    void theSampleGoesWithItsSegment() {
        int before = EntryPoints.segments();
        float[] query;
        try (LuceneStore store = filled()) {
            query = around(0);
            enter(store, query);
            assertThat(EntryPoints.segments()).isEqualTo(before + 1);
            MemoryIndex index = new MemoryIndex(store, analysis, VectorFields.of(DIMENSION));
            index.delete(new MemoryId("m17"));
            store.refresh();
            store.commit(POSITION);
            store.expunge();
            assertThat(EntryPoints.segments()).as("rewritten").isEqualTo(before);
            enter(store, query);
            assertThat(EntryPoints.segments()).isEqualTo(before + 1);
        }
        assertThat(EntryPoints.segments()).as("closed").isEqualTo(before);
    }

    private static void enter(LuceneStore store, float[] query) {
        List<KnnSearchStrategy> strategies = store.search(searcher -> List.of(EntryPoints.strategy(
                searcher.getIndexReader().leaves().getFirst().reader(), VectorFields.FIRST, query, LEAST)));
        assertThat(strategies.getFirst()).isInstanceOf(KnnSearchStrategy.Seeded.class);
    }
}
