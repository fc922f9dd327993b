package dev.palate.memory.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FieldInfo;
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
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.jspecify.annotations.Nullable;

/// What the two indexes share: ids, vectors and the texts still to encode. Stateless.
final class VectorSearch {
    /// The id, as a term and as a doc value.
    static final String ID = "id";
    /// The key of the text that the vector is of.
    static final String KEY = "key";
    /// `1` while the vector is missing.
    static final String PENDING = "pending";

    /// Candidates up to which comparing with each is faster than the graph: measured, see docs/benchmarks.md.
    static final long EXACT_BELOW = 4_000;

    static final Comparator<Hit> BEST_FIRST =
            Comparator.comparingDouble(Hit::score).reversed().thenComparing(Hit::id);

    private static final Sort BY_SCORE_AND_ID =
            new Sort(SortField.FIELD_SCORE, new SortField(ID, SortField.Type.STRING_VAL));

    private VectorSearch() {}

    /// A document found, by its id.
    record Hit(String id, float score) {}

    static Term pendingTerm() {
        return new Term(PENDING, "1");
    }

    /// What waits for its vector behind all that bears [#pendingTerm].
    static Term patientTerm() {
        return new Term(PENDING, "2");
    }

    static KnnFloatVectorField field(String field, float[] raw) {
        return new KnnFloatVectorField(field, raw, VectorSimilarityFunction.DOT_PRODUCT);
    }

    static boolean zero(float[] vector) {
        for (float value : vector) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /// The best `k` of the query among those the filter lets through, with the query's own scores; of equal ones those
    /// with the smaller ids, not those that a merge happened to put first.
    static List<Hit> best(IndexSearcher searcher, Query query, @Nullable Query filter, int k) throws IOException {
        BooleanQuery.Builder both = new BooleanQuery.Builder().add(query, BooleanClause.Occur.MUST);
        if (filter != null) {
            both.add(filter, BooleanClause.Occur.FILTER);
        }
        TopDocs found = searcher.search(both.build(), k, BY_SCORE_AND_ID);
        for (ScoreDoc hit : found.scoreDocs) {
            hit.score = (Float) ((FieldDoc) hit).fields[0];
        }
        return hits(searcher, found);
    }

    /// The `k` nearest by inner product: up to [#EXACT_BELOW] candidates by comparing with each; else found by the
    /// graph
    /// over quantised vectors, then scored by the raw ones.
    static List<Hit> nearest(IndexSearcher searcher, String field, float[] raw, @Nullable Query filter, int k)
            throws IOException {
        return nearest(searcher, field, raw, filter, k, EXACT_BELOW);
    }

    /// As above with another bound on the candidates compared one by one.
    static List<Hit> nearest(
            IndexSearcher searcher, String field, float[] raw, @Nullable Query filter, int k, long exactBelow)
            throws IOException {
        if (zero(raw)) {
            return List.of();
        }
        ExactScan scan = ExactScan.of(searcher, field, filter);
        if (scan.cost() <= exactBelow) {
            return scan.nearest(raw, k);
        }
        int explored = k;
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            explored = Math.max(explored, VectorFormats.explored(leaf.reader(), k));
        }
        return byGraph(searcher, field, raw, filter, k, explored);
    }

    /// By the graph alone: of as many candidates as are explored, those that look best by the compressed vectors are
    /// scored by their raw ones, and the best `k` of them are given.
    static List<Hit> byGraph(
            IndexSearcher searcher, String field, float[] raw, @Nullable Query filter, int k, int explored)
            throws IOException {
        int rescored = k;
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            rescored = Math.max(rescored, VectorFormats.rescored(leaf.reader(), k));
        }
        return byGraph(searcher, field, raw, filter, k, explored, rescored);
    }

    /// As above with another number of those scored by their raw vectors.
    static List<Hit> byGraph(
            IndexSearcher searcher,
            String field,
            float[] raw,
            @Nullable Query filter,
            int k,
            int explored,
            int rescored)
            throws IOException {
        List<ScoreDoc> found = new GraphSearch(searcher, field, raw).nearest(filter, explored, rescored);
        // Ids are looked up only for those that stay, and for those that score the same as the last of them.
        int kept = Math.min(k, found.size());
        while (kept > 0 && kept < found.size() && found.get(kept).score == found.get(k - 1).score) {
            kept++;
        }
        ScoreDoc[] best = found.subList(0, kept).toArray(new ScoreDoc[0]);
        List<Hit> hits = hits(searcher, new TopDocs(new TotalHits(kept, TotalHits.Relation.EQUAL_TO), best));
        hits.sort(BEST_FIRST);
        return hits.subList(0, Math.min(k, hits.size()));
    }

    /// The ids of at most `limit` documents without a vector.
    static List<String> pending(IndexSearcher searcher, int limit) throws IOException {
        return pending(searcher, pendingTerm(), limit);
    }

    static List<String> pending(IndexSearcher searcher, Term waiting, int limit) throws IOException {
        // Without scores, so that nothing is counted for them.
        return hits(searcher, searcher.search(new ConstantScoreQuery(new TermQuery(waiting)), limit)).stream()
                .map(Hit::id)
                .toList();
    }

    static List<Hit> hits(IndexSearcher searcher, TopDocs found) throws IOException {
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
    static Optional<Stored> stored(IndexSearcher searcher, String field, String id) throws IOException {
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            PostingsEnum postings = leaf.reader().postings(new Term(ID, id), PostingsEnum.NONE);
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
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

    /// How many live documents have a vector.
    static long count(IndexSearcher searcher, String field) throws IOException {
        return searcher.count(new FieldExistsQuery(field));
    }

    /// Raw vectors of live documents, at most so many, chosen by the seed.
    static float[][] sample(IndexSearcher searcher, String field, int most, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<float[]> kept = new ArrayList<>();
        long[] seen = {0};
        each(searcher, field, (id, raw) -> {
            seen[0]++;
            if (kept.size() < most) {
                kept.add(raw.clone());
            } else {
                long place = random.nextLong(seen[0]);
                if (place < most) {
                    kept.set((int) place, raw.clone());
                }
            }
        });
        return kept.toArray(new float[0][]);
    }

    /// The ids of at most `limit` documents with vectors in a retired field.
    static List<String> retired(IndexSearcher searcher, VectorFields fields, int limit) throws IOException {
        Set<String> names = new TreeSet<>();
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            for (FieldInfo field : leaf.reader().getFieldInfos()) {
                if (field.hasVectorValues() && fields.retired(field.name)) {
                    names.add(field.name);
                }
            }
        }
        for (String name : names) {
            List<String> ids = hits(searcher, searcher.search(new FieldExistsQuery(name), limit)).stream()
                    .map(Hit::id)
                    .toList();
            if (!ids.isEmpty()) {
                return ids;
            }
        }
        return List.of();
    }

    private static boolean live(LeafReader reader, int doc) {
        return reader.getLiveDocs() == null || reader.getLiveDocs().get(doc);
    }

    /// Shows the id of every live document.
    static void ids(IndexSearcher searcher, Consumer<String> consumer) throws IOException {
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            BinaryDocValues ids = DocValues.getBinary(leaf.reader(), ID);
            for (int doc = ids.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = ids.nextDoc()) {
                if (live(leaf.reader(), doc)) {
                    consumer.accept(ids.binaryValue().utf8ToString());
                }
            }
        }
    }

    /// Takes one vector of a document.
    interface Visitor {
        void vector(String id, float[] raw);
    }

    /// Shows every live vector; the array is reused.
    static void each(IndexSearcher searcher, String field, Visitor visitor) throws IOException {
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
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
