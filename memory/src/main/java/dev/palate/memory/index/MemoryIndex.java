package dev.palate.memory.index;

import dev.palate.memory.Require;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryField;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/// Search over memories of every status by words, by vectors and by subject. Follows the truth within moments of a
/// change; a memory is found by words first and by its vector once that is computed. Thread-safe.
public final class MemoryIndex {
    /// The most that one search returns.
    public static final int MAX_RESULTS = 1_000;

    static final String SUBJECT = "subject";
    private static final String KIND = "kind";
    private static final String STATUS = "status";
    private static final String SLOT = "slot";
    private static final String TEXT = "text";
    private static final String QUOTE = "quote";
    private static final String COLD = "cold";
    private static final float SLOT_WEIGHT = 5;
    private static final List<TextAnalysis.Weighted> FIELDS =
            List.of(new TextAnalysis.Weighted(TEXT, 1), new TextAnalysis.Weighted(QUOTE, 0.5f));

    private final LuceneStore store;
    private final TextAnalysis analysis;
    private final VectorFields fields;
    private volatile Set<MemoryField> kept = Prefilter.FIELDS;

    MemoryIndex(LuceneStore store, TextAnalysis analysis, VectorFields fields) {
        this.store = store;
        this.analysis = analysis;
        this.fields = fields;
    }

    /// The memories that fit the words best, by BM25 over text and quotes; a memory whose slot value is the words
    /// wins. Scores are positive and comparable within one call only.
    ///
    /// @param words as people type them, no query language; without words nothing is found
    /// @param filter its own words, when given, must all be in text or quotes, by stem
    /// @param k in [1, 1000]
    public List<ScoredMemory> search(String words, MemoryFilter filter, int k) {
        return search(words, query(filter), k);
    }

    /// As above, without what the filter leaves out.
    public List<ScoredMemory> search(String words, Prefilter filter, int k) {
        return search(words, query(filter), k);
    }

    private List<ScoredMemory> search(String words, Query filter, int k) {
        Require.range("k", k, 1, MAX_RESULTS);
        if (analysis.queryTerms(words).isEmpty()) {
            return List.of();
        }
        Query slot = new BoostQuery(new TermQuery(new Term(SLOT, TextAnalysis.folded(words))), SLOT_WEIGHT);
        Query query = new BooleanQuery.Builder()
                .add(analysis.anyWord(words, FIELDS, Occur.SHOULD), Occur.SHOULD)
                .add(slot, Occur.SHOULD)
                .build();
        return memories(store.search(searcher -> VectorSearch.best(searcher, query, filter, k)));
    }

    /// The memories whose raw vectors have the highest cosine with the raw unit vector given, approximately.
    ///
    /// @param k in [1, 1000]
    public List<ScoredMemory> nearest(float[] rawVector, MemoryFilter filter, int k) {
        return nearest(rawVector, query(filter), k);
    }

    /// As above, without what the filter leaves out.
    public List<ScoredMemory> nearest(float[] rawVector, Prefilter filter, int k) {
        return nearest(rawVector, query(filter), k);
    }

    private List<ScoredMemory> nearest(float[] rawVector, Query filter, int k) {
        Require.range("k", k, 1, MAX_RESULTS);
        VectorFields.Field field = field(rawVector);
        return memories(store.search(searcher -> VectorSearch.nearest(searcher, field.name(), rawVector, filter, k)));
    }

    /// The raw vector of the memory when it is of this text, absent while it is not.
    public Optional<float[]> vector(MemoryId memory, String text) {
        String key = VectorKey.of(text).toString();
        return vector(fields.searched().name(), memory, key);
    }

    private Optional<float[]> vector(String field, MemoryId memory, String key) {
        return store.search(searcher -> VectorSearch.stored(searcher, field, memory.value()))
                .filter(stored -> stored.key().equals(key))
                .map(VectorSearch.Stored::raw);
    }

    private VectorFields.Field field(float[] raw) {
        VectorFields.Field field = fields.searched();
        Require.range("length of the vector", raw.length, field.dimension(), field.dimension());
        return field;
    }

    /// How many memories it holds, of every status.
    public long count() {
        return store.search(searcher -> (long) searcher.getIndexReader().numDocs());
    }

    /// How many memories of the subject it holds, of every status.
    public long count(Subject subject) {
        return store.search(searcher -> (long) searcher.count(new TermQuery(subjectTerm(subject))));
    }

    /// How many of the memories it holds.
    long count(Set<MemoryId> ids) {
        List<BytesRef> terms = ids.stream().map(id -> new BytesRef(id.value())).toList();
        return store.search(searcher -> (long) searcher.count(new TermInSetQuery(VectorSearch.ID, terms)));
    }

    /// How many memories wait for their vector.
    public long pendingCount() {
        return pendingOfUsers()
                + store.search(searcher -> (long) searcher.count(new TermQuery(VectorSearch.patientTerm())));
    }

    /// How many memories of users wait for their vector; those of items may wait longer.
    long pendingOfUsers() {
        return store.search(searcher -> (long) searcher.count(new TermQuery(VectorSearch.pendingTerm())));
    }

    /// How many memories it holds with a vector.
    public long vectorCount() {
        return store.search(
                searcher -> VectorSearch.count(searcher, fields.searched().name()));
    }

    /// About the bytes that a vector takes, raw, in the format in force and with its links.
    public long vectorBytes() {
        return VectorFormats.bytes(store.format(), fields.searched().dimension());
    }

    /// What a comparison with a sample of the vectors says of a search.
    ///
    /// @param found the format of the segment that each memory found stands in, best first
    /// @param missed about how many memories let through are nearer than the last of those found and were not
    ///     found,
    ///     by the format of the segment they stand in
    public record Compared(List<VectorFormat> found, Map<VectorFormat, Double> missed) {
        public Compared {
            found = List.copyOf(found);
            missed = Map.copyOf(missed);
        }
    }

    /// Compares what a search found with a sample.
    ///
    /// @param sample at most so many vectors are compared, or all where there are no more
    /// @param random chooses the sample
    public Compared compared(float[] rawVector, Prefilter filter, List<ScoredMemory> found, int sample, long random) {
        VectorFields.Field field = field(rawVector);
        return store.search(searcher -> {
            ExactScan scan = ExactScan.of(searcher, field.name(), query(filter));
            Set<String> ids = new HashSet<>();
            found.forEach(hit -> ids.add(hit.memory().value()));
            List<VectorFormat> formats = new ArrayList<>();
            for (ScoredMemory hit : found) {
                formats.add(format(searcher, hit.memory()));
            }
            return new Compared(
                    formats, scan.missed(rawVector, ids, found.getLast().score(), sample, random));
        });
    }

    /// Of the segment that holds the memory; of new segments when none does any more.
    private VectorFormat format(IndexSearcher searcher, MemoryId memory) throws IOException {
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            PostingsEnum places = leaf.reader().postings(idTerm(memory), PostingsEnum.NONE);
            Bits live = leaf.reader().getLiveDocs();
            int doc = places == null ? DocIdSetIterator.NO_MORE_DOCS : places.nextDoc();
            while (doc != DocIdSetIterator.NO_MORE_DOCS) {
                if (live == null || live.get(doc)) {
                    return VectorFormats.format(leaf.reader());
                }
                doc = places.nextDoc();
            }
        }
        return store.format();
    }

    /// Raw vectors chosen by the seed, at most so many, in a fixed order.
    public float[][] sample(int most, long seed) {
        return store.search(
                searcher -> VectorSearch.sample(searcher, fields.searched().name(), most, seed));
    }

    /// How common the terms are among all memories, in text and quotes.
    ///
    /// @param terms of [TextAnalysis]
    public WordStatistics statistics(Collection<String> terms) {
        return store.search(searcher -> {
            long memories = 0;
            long words = 0;
            for (String field : List.of(TEXT, QUOTE)) {
                CollectionStatistics all = searcher.collectionStatistics(field);
                if (all != null) {
                    memories = Math.max(memories, all.docCount());
                    words += all.sumTotalTermFreq();
                }
            }
            IndexReader reader = searcher.getIndexReader();
            Map<String, Long> holders = new HashMap<>();
            for (String term : terms) {
                long holding = Math.max(reader.docFreq(new Term(TEXT, term)), reader.docFreq(new Term(QUOTE, term)));
                holders.put(term, Math.min(holding, memories));
            }
            return new WordStatistics(memories, Math.max(1, words / (double) Math.max(1, memories)), holders);
        });
    }

    /// A memory as it stands in the index.
    ///
    /// @param revision whose state it is
    /// @param vector true when it has one of its text that is searched; one that is superseded or expired has none
    /// @param pending true while it waits for one
    /// @param cold true when it is kept without one
    /// @param key of the text that its words and its vector are of, empty where it says none
    public record Entry(MemoryId memory, long revision, boolean vector, boolean pending, boolean cold, String key) {}

    /// Shows every memory, in no order.
    public void each(Consumer<Entry> consumer) {
        String field = fields.searched().name();
        store.search(searcher -> {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                Entries.each(leaf.reader(), field, consumer);
            }
            return 0;
        });
    }

    /// Whether every document holds the fields of this build.
    void keepsAllFields(boolean all) {
        kept = all ? Prefilter.FIELDS : Set.of();
    }

    LuceneStore store() {
        return store;
    }

    /// @param ofUsers true for those of users, false for those of items
    List<MemoryId> pending(boolean ofUsers, int limit) {
        Term term = ofUsers ? VectorSearch.pendingTerm() : VectorSearch.patientTerm();
        return store.search(searcher -> VectorSearch.pending(searcher, term, limit)).stream()
                .map(MemoryId::new)
                .toList();
    }

    List<MemoryId> retired(int limit) {
        return store.search(searcher -> VectorSearch.retired(searcher, fields, limit)).stream()
                .map(MemoryId::new)
                .toList();
    }

    /// Writes the memory with the vector of its text, from those just encoded or from what is stored already. One
    /// that is over, replaced or past its time, is found by its words only: its vector would take room from those
    /// in force, which alone can go cold for it, and lengthen every search of the graph.
    void put(Memory memory, Map<VectorKey, float[]> encoded) {
        put(memory, encoded, false);
    }

    /// As above; a cold memory is found by its words only.
    void put(Memory memory, Map<VectorKey, float[]> encoded, boolean cold) {
        if (cold) {
            Document document = document(memory);
            document.add(new StringField(COLD, "1", Field.Store.NO));
            document.add(new NumericDocValuesField(Entries.STATE, Entries.COLD));
            document.add(new BinaryDocValuesField(
                    VectorSearch.KEY, new BytesRef(VectorKey.of(memory.text()).toString())));
            store.replace(idTerm(memory.id()), document);
            return;
        }
        VectorKey key = VectorKey.of(memory.text());
        if (!keepsVector(memory.status())) {
            Document document = document(memory);
            document.add(new BinaryDocValuesField(VectorSearch.KEY, new BytesRef(key.toString())));
            store.replace(idTerm(memory.id()), document);
            return;
        }
        float[] fresh = encoded.get(key);
        String filled = fields.filled().name();
        Optional<float[]> vector = fresh == null ? vector(filled, memory.id(), key.toString()) : Optional.of(fresh);
        Document document = document(memory);
        document.add(new BinaryDocValuesField(VectorSearch.KEY, new BytesRef(key.toString())));
        if (vector.isEmpty()) {
            Term term = memory.subject() instanceof Subject.OfUser
                    ? VectorSearch.pendingTerm()
                    : VectorSearch.patientTerm();
            document.add(new StringField(VectorSearch.PENDING, term.text(), Field.Store.NO));
            document.add(new NumericDocValuesField(Entries.STATE, Entries.PENDING));
        } else if (!VectorSearch.zero(vector.get())) {
            document.add(VectorSearch.field(filled, vector.get()));
        }
        if (fields.differ()) {
            String searched = fields.searched().name();
            vector(searched, memory.id(), key.toString())
                    .ifPresent(raw -> document.add(VectorSearch.field(searched, raw)));
        }
        store.replace(idTerm(memory.id()), document);
    }

    /// Whether memories of the status have a vector here.
    static boolean keepsVector(MemoryStatus status) {
        return switch (status) {
            case ACTIVE, QUARANTINED -> true;
            case SUPERSEDED, EXPIRED -> false;
        };
    }

    void delete(MemoryId memory) {
        store.delete(new TermQuery(idTerm(memory)));
    }

    void delete(Subject subject) {
        store.delete(new TermQuery(subjectTerm(subject)));
    }

    private static Document document(Memory memory) {
        Document document = new Document();
        document.add(new StringField(VectorSearch.ID, memory.id().value(), Field.Store.NO));
        document.add(new BinaryDocValuesField(
                VectorSearch.ID, new BytesRef(memory.id().value())));
        document.add(new StringField(SUBJECT, subjectTerm(memory.subject()).text(), Field.Store.NO));
        document.add(new NumericDocValuesField(Entries.REVISION, memory.revision()));
        ConditionQueries.index(memory, document);
        document.add(new StringField(KIND, memory.kind().key(), Field.Store.NO));
        document.add(new StringField(STATUS, memory.status().key(), Field.Store.NO));
        if (memory.slot() != null) {
            document.add(new StringField(SLOT, TextAnalysis.folded(memory.slot().value()), Field.Store.NO));
        }
        document.add(new TextField(TEXT, memory.text(), Field.Store.NO));
        for (Evidence evidence : memory.evidence()) {
            document.add(new TextField(QUOTE, evidence.quote(), Field.Store.NO));
        }
        return document;
    }

    private Query query(Prefilter filter) {
        Set<MemoryField> usable = new HashSet<>(filter.fields());
        usable.retainAll(kept);
        return ConditionQueries.of(filter.condition(), usable).orElse(MatchAllDocsQuery.INSTANCE);
    }

    Query query(MemoryFilter filter) {
        BooleanQuery.Builder query = new BooleanQuery.Builder().add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
        if (filter.subject() != null) {
            query.add(new TermQuery(subjectTerm(filter.subject())), Occur.FILTER);
        }
        if (!filter.kinds().isEmpty()) {
            query.add(
                    anyOf(KIND, filter.kinds().stream().map(kind -> kind.key()).toList()), Occur.FILTER);
        }
        if (!filter.statuses().isEmpty()) {
            query.add(
                    anyOf(
                            STATUS,
                            filter.statuses().stream()
                                    .map(status -> status.key())
                                    .toList()),
                    Occur.FILTER);
        }
        if (filter.words() != null && !analysis.queryTerms(filter.words()).isEmpty()) {
            query.add(analysis.anyWord(filter.words(), FIELDS, Occur.MUST), Occur.FILTER);
        }
        return query.build();
    }

    private static Query anyOf(String field, List<String> values) {
        List<BytesRef> terms = new ArrayList<>();
        values.forEach(value -> terms.add(new BytesRef(value)));
        return new TermInSetQuery(field, terms);
    }

    private static List<ScoredMemory> memories(List<VectorSearch.Hit> hits) {
        return hits.stream()
                .map(hit -> new ScoredMemory(new MemoryId(hit.id()), hit.score()))
                .toList();
    }

    static String subject(String type, String id) {
        return type + '/' + id;
    }

    private static Term idTerm(MemoryId memory) {
        return new Term(VectorSearch.ID, memory.value());
    }

    private static Term subjectTerm(Subject subject) {
        return new Term(SUBJECT, subject(subject.type(), subject.id()));
    }
}
