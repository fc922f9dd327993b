package dev.palate.memory.index;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.SmallFloat;
import org.jspecify.annotations.Nullable;

/// How common words are among the documents that live. Lucene's own numbers count deleted and replaced documents until
/// a merge takes them out, so that a score would depend on when that happened; by these the same documents have the
/// same scores. Lengths are as Lucene keeps them for scoring, in one byte.
///
/// The lengths of a segment are counted once for each of its states, O(documents) a field; the holders of a term for
/// each search, O(postings) where a segment has deleted documents. Thread-safe.
final class LiveWords {
    private final Map<IndexReader.CacheKey, Map<String, Lengths>> segments = new ConcurrentHashMap<>();

    /// @param documents that have the field
    /// @param words in them
    private record Lengths(long documents, long words) {
        Lengths plus(Lengths other) {
            return new Lengths(documents + other.documents, words + other.words);
        }
    }

    /// The same searcher, which scores words by what lives.
    IndexSearcher over(IndexSearcher searcher) {
        IndexSearcher live = new Searcher(searcher.getIndexReader());
        live.setQueryCache(searcher.getQueryCache());
        live.setQueryCachingPolicy(searcher.getQueryCachingPolicy());
        return live;
    }

    private final class Searcher extends IndexSearcher {
        Searcher(IndexReader reader) {
            super(reader);
        }

        @Override
        public @Nullable CollectionStatistics collectionStatistics(String field) throws IOException {
            CollectionStatistics all = super.collectionStatistics(field);
            if (all == null) {
                return null;
            }
            Lengths lengths = new Lengths(0, 0);
            for (LeafReaderContext leaf : getIndexReader().leaves()) {
                lengths = lengths.plus(lengths(leaf.reader(), field));
            }
            // Nothing that lives has the field: nothing is found, and the statistics only have to be valid.
            long documents = Math.max(1, lengths.documents());
            long words = Math.max(documents, lengths.words());
            return new CollectionStatistics(field, getIndexReader().maxDoc(), documents, words, documents);
        }

        @Override
        public TermStatistics termStatistics(Term term, int docFreq, long totalTermFreq) throws IOException {
            long holders = 0;
            for (LeafReaderContext leaf : getIndexReader().leaves()) {
                holders += holders(leaf.reader(), term);
            }
            return new TermStatistics(term.bytes(), Math.max(1, holders), Math.max(totalTermFreq, holders));
        }
    }

    private static long holders(LeafReader segment, Term term) throws IOException {
        Bits live = segment.getLiveDocs();
        if (live == null) {
            return segment.docFreq(term);
        }
        PostingsEnum postings = segment.postings(term, PostingsEnum.NONE);
        long holders = 0;
        if (postings != null) {
            for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                holders += live.get(doc) ? 1 : 0;
            }
        }
        return holders;
    }

    private Lengths lengths(LeafReader segment, String field) throws IOException {
        IndexReader.CacheHelper state = segment.getReaderCacheHelper();
        if (state == null) {
            return count(segment, field);
        }
        Map<String, Lengths> known = segments.computeIfAbsent(state.getKey(), key -> {
            state.addClosedListener(segments::remove);
            return new ConcurrentHashMap<>();
        });
        Lengths lengths = known.get(field);
        if (lengths == null) {
            lengths = count(segment, field);
            known.put(field, lengths);
        }
        return lengths;
    }

    private static Lengths count(LeafReader segment, String field) throws IOException {
        FieldInfo info = segment.getFieldInfos().fieldInfo(field);
        if (info == null) {
            return new Lengths(0, 0);
        }
        NumericDocValues norms = segment.getNormValues(field);
        if (norms == null) {
            // A field of one term that every document has, or one that none has.
            long documents = info.omitsNorms() ? segment.numDocs() : 0;
            return new Lengths(documents, documents);
        }
        Bits live = segment.getLiveDocs();
        long documents = 0;
        long words = 0;
        for (int doc = norms.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = norms.nextDoc()) {
            int length = SmallFloat.byte4ToInt((byte) norms.longValue());
            if (length > 0 && (live == null || live.get(doc))) {
                documents++;
                words += length;
            }
        }
        return new Lengths(documents, words);
    }
}
