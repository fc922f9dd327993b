package dev.palate.memory.index;

import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.TopK;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.jspecify.annotations.Nullable;

/// Where the search of a large segment's graph begins: at those of a sample of its vectors that are nearest to what
/// is asked for, not at the one point that the graph's upper levels lead to. Texts come in clusters, and from one
/// point a narrow search ends in a cluster that is not the nearest; then it finds none of the best, not fewer.
///
/// The sample, at most 4,096 raw vectors, is kept in the heap while its segment is open, so it goes with a segment
/// that an erasure rewrites. Comparing with it costs a tenth of a millisecond. Thread-safe, immutable.
final class EntryPoints {
    /// Smaller segments are found well in from one point.
    static final int LEAST = 50_000;

    private static final int SAMPLE = 4_096;
    private static final int SHARE = 64;
    private static final int ENTRIES = 4;
    private static final long SEED = 20_260_101L;

    private static final Map<IndexReader.CacheKey, Map<String, EntryPoints>> OPEN = new ConcurrentHashMap<>();

    private final int dimension;
    private final int[] ordinals;
    private final float[] vectors;

    private EntryPoints(int dimension, int[] ordinals, float[] vectors) {
        this.dimension = dimension;
        this.ordinals = ordinals;
        this.vectors = vectors;
    }

    /// How the graph of the segment is to be searched for the vector.
    static KnnSearchStrategy strategy(LeafReader leaf, String field, float[] raw) throws IOException {
        return strategy(leaf, field, raw, LEAST);
    }

    /// As above, with another bound on what is large.
    static KnnSearchStrategy strategy(LeafReader leaf, String field, float[] raw, int least) throws IOException {
        IndexReader.@Nullable CacheHelper segment = leaf.getCoreCacheHelper();
        if (segment == null || leaf.maxDoc() < least) {
            return KnnSearchStrategy.Hnsw.DEFAULT;
        }
        @Nullable Map<String, EntryPoints> known = OPEN.get(segment.getKey());
        @Nullable EntryPoints points = known == null ? null : known.get(field);
        if (points == null) {
            @Nullable FloatVectorValues values = leaf.getFloatVectorValues(field);
            if (values == null || values.size() < least) {
                return KnnSearchStrategy.Hnsw.DEFAULT;
            }
            points = keep(segment, field, sampled(values));
        }
        int[] nearest = points.nearest(raw);
        return new KnnSearchStrategy.Seeded(new Ordinals(nearest), nearest.length, KnnSearchStrategy.Hnsw.DEFAULT);
    }

    private static EntryPoints keep(IndexReader.CacheHelper segment, String field, EntryPoints points) {
        Map<String, EntryPoints> fields = OPEN.computeIfAbsent(segment.getKey(), key -> {
            segment.addClosedListener(OPEN::remove);
            return new ConcurrentHashMap<>();
        });
        fields.put(field, points);
        return points;
    }

    /// One of each stretch of the segment, at random.
    private static EntryPoints sampled(FloatVectorValues values) throws IOException {
        int count = Math.clamp(values.size() / SHARE, 1, SAMPLE);
        int dimension = values.dimension();
        SplittableRandom random = new SplittableRandom(SEED);
        int[] ordinals = new int[count];
        float[] vectors = new float[count * dimension];
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) i * values.size() / count);
            int to = (int) ((i + 1L) * values.size() / count);
            ordinals[i] = random.nextInt(from, to);
            System.arraycopy(values.vectorValue(ordinals[i]), 0, vectors, i * dimension, dimension);
        }
        return new EntryPoints(dimension, ordinals, vectors);
    }

    /// Ascending.
    private int[] nearest(float[] raw) {
        float[] scores = new float[ordinals.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Kernels.dot(raw, 0, vectors, i * dimension, dimension);
        }
        int[] best = TopK.select(scores, ENTRIES);
        for (int i = 0; i < best.length; i++) {
            best[i] = ordinals[best[i]];
        }
        Arrays.sort(best);
        return best;
    }

    /// How many segments have samples in the heap.
    static int segments() {
        return OPEN.size();
    }

    /// Ordinals as Lucene wants to be shown them.
    private static final class Ordinals extends DocIdSetIterator {
        private final int[] ordinals;
        private int at = -1;

        Ordinals(int[] ordinals) {
            this.ordinals = ordinals;
        }

        @Override
        public int docID() {
            return at < 0 ? -1 : at < ordinals.length ? ordinals[at] : NO_MORE_DOCS;
        }

        @Override
        public int nextDoc() {
            at++;
            return docID();
        }

        @Override
        public int advance(int target) {
            do {
                at++;
            } while (at < ordinals.length && ordinals[at] < target);
            return docID();
        }

        @Override
        public long cost() {
            return ordinals.length;
        }
    }
}
