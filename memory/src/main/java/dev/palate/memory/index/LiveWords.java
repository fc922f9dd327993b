package dev.palate.memory.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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
/// Costs O(documents) for a field of a new segment, once; O(deleted documents) for a field of a segment of which more
/// were deleted, and for each term of a search. Thread-safe.
final class LiveWords {
    /// By segment, whatever is deleted of it: the lengths of all its documents, by field.
    private final Map<IndexReader.CacheKey, Map<String, Lengths>> whole = new ConcurrentHashMap<>();
    /// By segment and what is deleted of it.
    private final Map<IndexReader.CacheKey, State> states = new ConcurrentHashMap<>();

    /// @param documents that have the field
    /// @param words in them
    private record Lengths(long documents, long words) {
        static final Lengths NONE = new Lengths(0, 0);

        Lengths plus(Lengths other) {
            return new Lengths(documents + other.documents, words + other.words);
        }

        Lengths minus(Lengths other) {
            return new Lengths(documents - other.documents, words - other.words);
        }
    }

    /// @param deleted documents, ascending
    /// @param lengths of those that live, by field
    private record State(int[] deleted, Map<String, Lengths> lengths) {}

    /// A searcher of the reader that scores words by what lives.
    IndexSearcher searcher(IndexReader reader) {
        return new Searcher(reader);
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
            Lengths lengths = Lengths.NONE;
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
            long holders = docFreq;
            for (LeafReaderContext leaf : getIndexReader().leaves()) {
                holders -= deletedHolders(leaf.reader(), term);
            }
            return new TermStatistics(term.bytes(), Math.max(1, holders), totalTermFreq);
        }
    }

    private long deletedHolders(LeafReader segment, Term term) throws IOException {
        int[] deleted = state(segment).deleted;
        PostingsEnum postings = deleted.length == 0 ? null : segment.postings(term, PostingsEnum.NONE);
        long holders = 0;
        if (postings != null) {
            int at = -1;
            for (int document : deleted) {
                if (at < document) {
                    at = postings.advance(document);
                }
                if (at == DocIdSetIterator.NO_MORE_DOCS) {
                    break;
                }
                holders += at == document ? 1 : 0;
            }
        }
        return holders;
    }

    private State state(LeafReader segment) {
        IndexReader.CacheHelper helper = segment.getReaderCacheHelper();
        return kept(states, helper, key -> new State(deleted(segment), new ConcurrentHashMap<>()));
    }

    /// As [Map#computeIfAbsent], until the segment is closed.
    private static <V> V kept(
            Map<IndexReader.CacheKey, V> map,
            IndexReader.@Nullable CacheHelper helper,
            Function<IndexReader.CacheKey, V> made) {
        if (helper == null) {
            throw new IllegalStateException("a segment that is searched has no key to keep its counts by");
        }
        return map.computeIfAbsent(helper.getKey(), key -> {
            helper.addClosedListener(map::remove);
            return made.apply(key);
        });
    }

    private static int[] deleted(LeafReader segment) {
        Bits live = segment.getLiveDocs();
        int[] deleted = new int[live == null ? 0 : segment.numDeletedDocs()];
        int count = 0;
        for (int document = 0; live != null && document < live.length() && count < deleted.length; document++) {
            if (!live.get(document)) {
                deleted[count++] = document;
            }
        }
        return Arrays.copyOf(deleted, count);
    }

    private Lengths lengths(LeafReader segment, String field) {
        State state = state(segment);
        return state.lengths.computeIfAbsent(field, name -> {
            FieldInfo info = segment.getFieldInfos().fieldInfo(name);
            if (info != null && info.omitsNorms()) {
                // A field of one term that every document has.
                return new Lengths(segment.numDocs(), segment.numDocs());
            }
            Lengths all = kept(whole, segment.getCoreCacheHelper(), key -> new ConcurrentHashMap<>())
                    .computeIfAbsent(name, of -> count(segment, of, null));
            return state.deleted.length == 0 ? all : all.minus(count(segment, name, state.deleted));
        });
    }

    /// @param among those given, ascending; null: all
    private static Lengths count(LeafReader segment, String field, int @Nullable [] among) {
        try {
            NumericDocValues norms = segment.getNormValues(field);
            Lengths sum = Lengths.NONE;
            if (norms == null) {
                return sum;
            }
            int all = among == null ? segment.maxDoc() : among.length;
            for (int i = 0; i < all; i++) {
                int length = norms.advanceExact(among == null ? i : among[i])
                        ? SmallFloat.byte4ToInt((byte) norms.longValue())
                        : 0;
                if (length > 0) {
                    sum = new Lengths(sum.documents + 1, sum.words + length);
                }
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
