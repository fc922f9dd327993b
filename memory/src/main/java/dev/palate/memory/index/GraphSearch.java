package dev.palate.memory.index;

import dev.palate.memory.vector.Kernels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.jspecify.annotations.Nullable;

/// Finds nearest vectors by the graphs of the segments. Not Lucene's own query for it: that one joins every filter
/// with the documents that have a vector, anew each time, which at a million documents takes longer than the
/// search; here the filter is taken as [FilterCache] keeps it. For one search, one thread.
final class GraphSearch {
    /// Of a segment that holds a share of the documents, more are explored than its share, by so many deviations: the
    /// best may all stand in it.
    private static final int DEVIATIONS = 16;

    private final IndexSearcher searcher;
    private final String field;
    private final float[] raw;

    GraphSearch(IndexSearcher searcher, String field, float[] raw) {
        this.searcher = searcher;
        this.field = field;
        this.raw = raw;
    }

    /// The documents that look best by the compressed vectors, at most `explored` in all, scored by their raw ones,
    /// best first.
    ///
    /// @param kept how many of those found are scored
    List<ScoreDoc> nearest(@Nullable Query filter, int explored, int kept) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        @Nullable
        Weight weight = filter == null
                ? null
                : searcher.createWeight(searcher.rewrite(filter), ScoreMode.COMPLETE_NO_SCORES, 1);
        double all = Math.max(1, searcher.getIndexReader().numDocs());
        List<ScoreDoc> found = new ArrayList<>();
        for (LeafReaderContext leaf : leaves) {
            @Nullable AcceptDocs accept = accepted(leaf, weight);
            if (accept != null) {
                int most = ofShare(explored, Math.min(1, leaf.reader().numDocs() / all));
                KnnSearchStrategy strategy = EntryPoints.strategy(leaf.reader(), field, raw);
                TopKnnCollector collector = new TopKnnCollector(most, Integer.MAX_VALUE, strategy);
                leaf.reader().searchNearestVectors(field, raw, collector, accept);
                for (ScoreDoc hit : collector.topDocs().scoreDocs) {
                    found.add(new ScoreDoc(leaf.docBase + hit.doc, hit.score));
                }
            }
        }
        found.sort(Comparator.comparingDouble(hit -> -hit.score));
        ScoreDoc[] best = found.subList(0, Math.min(kept, found.size())).toArray(new ScoreDoc[0]);
        rescore(leaves, best);
        Arrays.sort(best, Comparator.comparingDouble(hit -> -hit.score));
        return List.of(best);
    }

    private static int ofShare(int explored, double share) {
        double expected = explored * share;
        return (int) Math.clamp(Math.ceil(expected + DEVIATIONS * Math.sqrt(expected * (1 - share))), 1, explored);
    }

    /// Which documents of the leaf count; absent for none.
    private static @Nullable AcceptDocs accepted(LeafReaderContext leaf, @Nullable Weight weight) throws IOException {
        LeafReader reader = leaf.reader();
        if (weight == null) {
            return AcceptDocs.fromLiveDocs(reader.getLiveDocs(), reader.maxDoc());
        }
        @Nullable Scorer first = weight.scorer(leaf);
        if (first == null) {
            return null;
        }
        return AcceptDocs.fromIteratorSupplier(
                () -> {
                    @Nullable Scorer scorer = weight.scorer(leaf);
                    return scorer == null ? DocIdSetIterator.empty() : scorer.iterator();
                },
                reader.getLiveDocs(),
                reader.maxDoc());
    }

    private void rescore(List<LeafReaderContext> leaves, ScoreDoc[] found) throws IOException {
        // In the order of the documents, so that each leaf's vectors are opened once.
        Arrays.sort(found, Comparator.comparingInt(hit -> hit.doc));
        int opened = -1;
        @Nullable FloatVectorValues vectors = null;
        for (ScoreDoc hit : found) {
            int at = ReaderUtil.subIndex(hit.doc, leaves);
            if (at != opened) {
                vectors = leaves.get(at).reader().getFloatVectorValues(field);
                opened = at;
            }
            if (vectors != null) {
                KnnVectorValues.DocIndexIterator places = vectors.iterator();
                int doc = hit.doc - leaves.get(at).docBase;
                if (places.advance(doc) == doc) {
                    hit.score = Kernels.dot(raw, 0, vectors.vectorValue(places.index()), 0, raw.length);
                }
            }
        }
    }
}
