package dev.palate.memory.index;

import java.util.Set;
import java.util.function.Supplier;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LRUQueryCache;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryCachingPolicy;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.util.automaton.ByteRunAutomaton;

/// Keeps, for each larger segment, which documents the usual filters let through: those on fields of few values, such
/// as kind and status. Finding that anew costs more than the graph search that it is for (a million documents of status
/// active: 6 ms against 1). At most 64 filters and 64 MiB; Lucene's own policy keeps none of them. Thread-safe.
final class FilterCache extends SearcherFactory implements QueryCachingPolicy {
    private static final int MOST = 64;
    private static final long MOST_BYTES = 64L << 20;
    private static final long LEAST_DOCUMENTS = 10_000;

    /// Fields of so many values that nobody asks twice.
    private static final Set<String> SELECTIVE =
            Set.of(VectorSearch.ID, VectorSearch.KEY, "subject", "slot", "text", "quote");

    private final LiveWords words = new LiveWords();
    private final LRUQueryCache cache =
            new LRUQueryCache(MOST, MOST_BYTES, FilterCache::large, Float.POSITIVE_INFINITY);

    private static boolean large(LeafReaderContext leaf) {
        return leaf.reader().maxDoc() >= LEAST_DOCUMENTS;
    }

    @Override
    public IndexSearcher newSearcher(IndexReader reader, IndexReader previous) {
        IndexSearcher searcher = words.searcher(reader);
        searcher.setQueryCache(cache);
        searcher.setQueryCachingPolicy(this);
        return searcher;
    }

    @Override
    public void onUse(Query query) {
        // Which are kept does not depend on how often they were used.
    }

    @Override
    public boolean shouldCache(Query query) {
        Terms terms = new Terms();
        query.visit(terms);
        return terms.some && !terms.other;
    }

    /// What is kept now, in bytes.
    long byteSize() {
        return cache.ramBytesUsed();
    }

    /// Looks whether a query asks for values of fields of few values, and for nothing else.
    private static final class Terms extends QueryVisitor {
        private boolean some;
        private boolean other;

        @Override
        public void consumeTerms(Query query, Term... terms) {
            for (Term term : terms) {
                field(term.field());
            }
        }

        @Override
        public void consumeTermsMatching(Query query, String field, Supplier<ByteRunAutomaton> automaton) {
            field(field);
        }

        private void field(String name) {
            some = true;
            other |= SELECTIVE.contains(name);
        }

        @Override
        public void visitLeaf(Query query) {
            other |= !(query instanceof MatchAllDocsQuery);
        }
    }
}
