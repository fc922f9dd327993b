package dev.palate.memory.index;

import dev.palate.memory.vector.Kernels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.jspecify.annotations.Nullable;

/// What the two indexes share: ids, vectors and the texts still to encode. Stateless.
final class VectorSearch {
    /// The id, as a term and as a doc value.
    static final String ID = "id";
    /// The raw vector.
    static final String VECTOR = "vector";
    /// The key of the text that the vector is of.
    static final String KEY = "key";
    /// `1` while the vector is missing.
    static final String PENDING = "pending";

    private static final int MIN_EXPLORED = 50;

    private VectorSearch() {}

    /// A document found, by its id.
    record Hit(String id, float score) {}

    static Term pendingTerm() {
        return new Term(PENDING, "1");
    }

    static KnnFloatVectorField field(float[] raw) {
        return new KnnFloatVectorField(VECTOR, raw, VectorSimilarityFunction.DOT_PRODUCT);
    }

    static boolean zero(float[] vector) {
        for (float value : vector) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /// The best `k` of the query among those the filter lets through, with the query's own scores.
    static List<Hit> best(IndexSearcher searcher, Query query, @Nullable Query filter, int k) throws IOException {
        BooleanQuery.Builder both = new BooleanQuery.Builder().add(query, BooleanClause.Occur.MUST);
        if (filter != null) {
            both.add(filter, BooleanClause.Occur.FILTER);
        }
        return hits(searcher, searcher.search(both.build(), k));
    }

    /// The `k` nearest by inner product: found by the graph over quantised vectors, then scored by the raw ones.
    static List<Hit> nearest(IndexSearcher searcher, float[] raw, @Nullable Query filter, int k) throws IOException {
        if (zero(raw)) {
            return List.of();
        }
        int explored = Math.max(k, MIN_EXPLORED);
        TopDocs found = searcher.search(new KnnFloatVectorQuery(VECTOR, raw, explored, filter), explored);
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        for (ScoreDoc hit : found.scoreDocs) {
            LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(hit.doc, leaves));
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(VECTOR);
            KnnVectorValues.DocIndexIterator places = vectors.iterator();
            if (places.advance(hit.doc - leaf.docBase) == hit.doc - leaf.docBase) {
                hit.score = Kernels.dot(raw, 0, vectors.vectorValue(places.index()), 0, raw.length);
            }
        }
        List<Hit> hits = hits(searcher, found);
        hits.sort(Comparator.comparingDouble(Hit::score).reversed().thenComparing(Hit::id));
        return hits.subList(0, Math.min(k, hits.size()));
    }

    /// The ids of at most `limit` documents without a vector.
    static List<String> pending(IndexSearcher searcher, int limit) throws IOException {
        return hits(searcher, searcher.search(new TermQuery(pendingTerm()), limit)).stream()
                .map(Hit::id)
                .toList();
    }

    private static List<Hit> hits(IndexSearcher searcher, TopDocs found) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        List<Hit> hits = new ArrayList<>(found.scoreDocs.length);
        for (ScoreDoc hit : found.scoreDocs) {
            LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(hit.doc, leaves));
            BinaryDocValues ids = DocValues.getBinary(leaf.reader(), ID);
            if (!ids.advanceExact(hit.doc - leaf.docBase)) {
                throw new IOException("document " + hit.doc + " has no id");
            }
            hits.add(new Hit(ids.binaryValue().utf8ToString(), hit.score));
        }
        return hits;
    }

    /// The raw vector of a document, with the key of its text.
    record Stored(String key, float[] raw) {}

    /// What is stored for the id, absent when there is no such document or it has no vector yet.
    static Optional<Stored> stored(IndexSearcher searcher, String id) throws IOException {
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            PostingsEnum postings = leaf.reader().postings(new Term(ID, id), PostingsEnum.NONE);
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(VECTOR);
            if (postings == null || vectors == null) {
                continue;
            }
            for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                KnnVectorValues.DocIndexIterator places = vectors.iterator();
                if (live(leaf.reader(), doc) && places.advance(doc) == doc) {
                    BinaryDocValues keys = DocValues.getBinary(leaf.reader(), KEY);
                    String key = keys.advanceExact(doc) ? keys.binaryValue().utf8ToString() : "";
                    return Optional.of(
                            new Stored(key, vectors.vectorValue(places.index()).clone()));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean live(LeafReader reader, int doc) {
        return reader.getLiveDocs() == null || reader.getLiveDocs().get(doc);
    }

    /// Takes one vector of a document.
    interface Visitor {
        void vector(String id, float[] raw);
    }

    /// Shows every live vector; the array is reused.
    static void each(IndexSearcher searcher, Visitor visitor) throws IOException {
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(VECTOR);
            if (vectors == null) {
                continue;
            }
            BinaryDocValues ids = DocValues.getBinary(leaf.reader(), ID);
            KnnVectorValues.DocIndexIterator places = vectors.iterator();
            for (int doc = places.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = places.nextDoc()) {
                if (live(leaf.reader(), doc) && ids.advanceExact(doc)) {
                    visitor.vector(ids.binaryValue().utf8ToString(), vectors.vectorValue(places.index()));
                }
            }
        }
    }
}
