package dev.palate.memory.index;

import dev.palate.memory.vector.Kernels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/// Compares a vector with the raw vector of every document that a filter lets through. For one search, one thread.
final class ExactScan {
    private final IndexSearcher searcher;
    private final String field;
    private final List<Part> parts;

    /// A leaf; without documents of the filter it is left out.
    private record Part(LeafReaderContext leaf, @Nullable ScorerSupplier matching, long cost) {}

    private ExactScan(IndexSearcher searcher, String field, List<Part> parts) {
        this.searcher = searcher;
        this.field = field;
        this.parts = parts;
    }

    /// Looks how many documents there would be, without comparing.
    static ExactScan of(IndexSearcher searcher, String field, @Nullable Query filter) throws IOException {
        List<Part> parts = new ArrayList<>();
        @Nullable
        Weight weight = filter == null
                ? null
                : searcher.createWeight(searcher.rewrite(filter), ScoreMode.COMPLETE_NO_SCORES, 1);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            if (weight == null) {
                parts.add(new Part(leaf, null, leaf.reader().numDocs()));
                continue;
            }
            ScorerSupplier matching = weight.scorerSupplier(leaf);
            if (matching != null) {
                parts.add(new Part(leaf, matching, matching.cost()));
            }
        }
        return new ExactScan(searcher, field, parts);
    }

    /// At most so many documents are compared, about.
    long cost() {
        return parts.stream().mapToLong(Part::cost).sum();
    }

    /// About how many documents score above the bound and are not among the ids, by the format of their segments, from
    /// a sample of the documents.
    Map<VectorFormat, Double> missed(float[] raw, Set<String> ids, float bound, int sample, long random)
            throws IOException {
        long stride = Math.max(1, (cost() + sample - 1) / sample);
        long chosen = random % stride;
        long[] at = {0};
        Map<VectorFormat, Double> missed = new EnumMap<>(VectorFormat.class);
        for (Part part : parts) {
            List<ScoreDoc> better = new ArrayList<>();
            FloatVectorValues vectors = part.leaf.reader().getFloatVectorValues(field);
            if (vectors != null) {
                each(part, vectors, (doc, place) -> {
                    if (at[0]++ % stride != chosen) {
                        return;
                    }
                    float score = Kernels.dot(raw, 0, vectors.vectorValue(place), 0, raw.length);
                    if (score > bound) {
                        better.add(new ScoreDoc(doc, score));
                    }
                });
            }
            long others =
                    hits(better).stream().filter(hit -> !ids.contains(hit.id())).count();
            if (others > 0) {
                missed.merge(VectorFormats.format(part.leaf.reader()), stride * (double) others, Double::sum);
            }
        }
        return missed;
    }

    private List<VectorSearch.Hit> hits(Collection<ScoreDoc> docs) throws IOException {
        ScoreDoc[] found = docs.toArray(new ScoreDoc[0]);
        TopDocs top = new TopDocs(new TotalHits(found.length, TotalHits.Relation.EQUAL_TO), found);
        List<VectorSearch.Hit> hits = VectorSearch.hits(searcher, top);
        hits.sort(VectorSearch.BEST_FIRST);
        return hits;
    }

    private interface Visitor {
        void at(int doc, int place) throws IOException;
    }

    /// The `k` with the highest inner product, best first, equal ones by id.
    List<VectorSearch.Hit> nearest(float[] raw, int k) throws IOException {
        PriorityQueue<ScoreDoc> kept = new PriorityQueue<>(k + 1, (a, b) -> Float.compare(a.score, b.score));
        for (Part part : parts) {
            FloatVectorValues vectors = part.leaf.reader().getFloatVectorValues(field);
            if (vectors != null) {
                scan(part, vectors, raw, k, kept);
            }
        }
        return hits(kept);
    }

    private static void scan(Part part, FloatVectorValues vectors, float[] raw, int k, PriorityQueue<ScoreDoc> kept)
            throws IOException {
        each(part, vectors, (doc, place) -> {
            float score = Kernels.dot(raw, 0, vectors.vectorValue(place), 0, raw.length);
            if (kept.size() < k || score > kept.element().score) {
                kept.add(new ScoreDoc(doc, score));
                if (kept.size() > k) {
                    kept.remove();
                }
            }
        });
    }

    /// Shows every live document that matches and has a vector, and the vector's place.
    private static void each(Part part, FloatVectorValues vectors, Visitor visitor) throws IOException {
        @Nullable Bits live = part.leaf.reader().getLiveDocs();
        KnnVectorValues.DocIndexIterator places = vectors.iterator();
        DocIdSetIterator wanted =
                part.matching == null ? places : part.matching.get(part.cost).iterator();
        for (int doc = wanted.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = wanted.nextDoc()) {
            if ((live == null || live.get(doc)) && at(places, doc)) {
                visitor.at(part.leaf.docBase + doc, places.index());
            }
        }
    }

    /// Moves to the document; false when it has no vector.
    private static boolean at(KnnVectorValues.DocIndexIterator places, int doc) throws IOException {
        return (places.docID() < doc ? places.advance(doc) : places.docID()) == doc;
    }
}
