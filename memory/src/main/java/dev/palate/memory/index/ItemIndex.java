package dev.palate.memory.index;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// Search over items by words, by vectors and by what they are. Follows the catalog within moments of a change; an
/// item is found by words first and by its vector once that is computed. Thread-safe.
///
/// Paper of the word score: robertson2009bm25.
public final class ItemIndex {
    /// The most that one search returns.
    public static final int MAX_RESULTS = 1_000;

    private static final String TITLE = "title";
    private static final String WHOLE_TITLE = "whole-title";
    private static final String CATEGORY = "category";
    private static final String CATEGORIES = "categories";
    private static final String TAG = "tag";
    private static final String TAGS = "tags";
    private static final String DESCRIPTION = "description";
    private static final String YEAR = "year";
    private static final String HIDDEN = "hidden";
    private static final String FROM = "from";
    private static final String TO = "to";
    private static final float WHOLE_TITLE_WEIGHT = 10;
    private static final List<TextAnalysis.Weighted> FIELDS = List.of(
            new TextAnalysis.Weighted(TITLE, 3),
            new TextAnalysis.Weighted(CATEGORIES, 1.5f),
            new TextAnalysis.Weighted(TAGS, 1.2f),
            new TextAnalysis.Weighted(DESCRIPTION, 1));
    private static final long SNAPSHOT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LuceneStore store;
    private final TextAnalysis analysis;
    private final VectorFields fields;
    private final ReentrantLock snapshotLock = new ReentrantLock();
    private volatile Snapshot snapshot;

    private record Snapshot(Object generation, long takenNanos, ItemVectors vectors) {}

    ItemIndex(LuceneStore store, TextAnalysis analysis, VectorFields fields) {
        this.store = store;
        this.analysis = analysis;
        this.fields = fields;
        snapshot = takeSnapshot();
    }

    /// The items that fit the words best, by BM25 over title, categories, tags and description; a title that is the
    /// words wins. Scores are positive and comparable within one call only. The same items give the same scores,
    /// whatever was replaced or deleted before; of equal ones the smaller id is first.
    ///
    /// @param words as people type them, no query language; without words nothing is found
    /// @param k in [1, 1000]
    public List<ScoredItem> search(String words, ItemFilter filter, int k) {
        Require.range("k", k, 1, MAX_RESULTS);
        if (analysis.queryTerms(words).isEmpty()) {
            return List.of();
        }
        Query whole =
                new BoostQuery(new TermQuery(new Term(WHOLE_TITLE, TextAnalysis.folded(words))), WHOLE_TITLE_WEIGHT);
        Query query = new BooleanQuery.Builder()
                .add(analysis.anyWord(words, FIELDS, Occur.SHOULD), Occur.SHOULD)
                .add(whole, Occur.SHOULD)
                .build();
        return items(store.search(searcher -> VectorSearch.best(searcher, query, query(filter), k)));
    }

    /// The items whose raw vectors have the highest cosine with the raw unit vector given, approximately.
    ///
    /// @param k in [1, 1000]
    public List<ScoredItem> nearest(float[] rawVector, ItemFilter filter, int k) {
        Require.range("k", k, 1, MAX_RESULTS);
        VectorFields.Field field = fields.searched();
        Require.range("length of the vector", rawVector.length, field.dimension(), field.dimension());
        return items(
                store.search(searcher -> VectorSearch.nearest(searcher, field.name(), rawVector, query(filter), k)));
    }

    /// The raw vector of the item, absent while it is not encoded.
    public Optional<float[]> vector(ItemId item) {
        return store.search(searcher ->
                        VectorSearch.stored(searcher, fields.searched().name(), item.value()))
                .map(VectorSearch.Stored::raw);
    }

    /// The raw vectors of all encoded items, at most a second older than the index; the same object while nothing
    /// changes. A new one costs O(items × dimension) once.
    public ItemVectors vectors() {
        Snapshot last = snapshot;
        if (System.nanoTime() - last.takenNanos() < SNAPSHOT_NANOS
                && last.vectors().size() > 0) {
            return last.vectors();
        }
        return last.generation().equals(generation()) ? last.vectors() : freshVectors();
    }

    /// The raw vectors as the index has them now.
    ItemVectors freshVectors() {
        snapshotLock.lock();
        try {
            if (!snapshot.generation().equals(generation())) {
                snapshot = takeSnapshot();
            }
            return snapshot.vectors();
        } finally {
            snapshotLock.unlock();
        }
    }

    /// Of the documents and of the field that is searched.
    private Object generation() {
        return List.of(store.generation(), fields.searched());
    }

    /// How many items it holds, hidden ones too.
    public long count() {
        return store.search(searcher -> (long) searcher.getIndexReader().numDocs());
    }

    /// How many items wait for their vector.
    public long pendingCount() {
        return store.search(searcher -> (long) searcher.count(new TermQuery(VectorSearch.pendingTerm())));
    }

    LuceneStore store() {
        return store;
    }

    /// Shows the id of every item, in no order.
    void each(Consumer<ItemId> consumer) {
        store.search(searcher -> {
            VectorSearch.ids(searcher, id -> consumer.accept(new ItemId(id)));
            return 0;
        });
    }

    List<ItemId> pending(int limit) {
        return store.search(searcher -> VectorSearch.pending(searcher, limit)).stream()
                .map(ItemId::new)
                .toList();
    }

    List<ItemId> retired(int limit) {
        return store.search(searcher -> VectorSearch.retired(searcher, fields, limit)).stream()
                .map(ItemId::new)
                .toList();
    }

    void put(Item item, VectorFile known) {
        Document document = document(item);
        addVector(document, item, known);
        store.replace(idTerm(item.id()), document);
    }

    void delete(ItemId item) {
        store.delete(new TermQuery(idTerm(item)));
    }

    private Snapshot takeSnapshot() {
        long now = System.nanoTime();
        return store.search(searcher -> {
            VectorFields.Field field = fields.searched();
            int dimension = field.dimension();
            Object generation =
                    List.of(searcher.getIndexReader().getReaderCacheHelper().getKey(), field);
            List<ItemId> ids = new ArrayList<>();
            int most = Math.min(searcher.getIndexReader().maxDoc(), Integer.MAX_VALUE / dimension);
            float[] rows = new float[most * dimension];
            VectorSearch.each(searcher, field.name(), (id, raw) -> {
                if (ids.size() < most) {
                    System.arraycopy(raw, 0, rows, ids.size() * dimension, dimension);
                    ids.add(new ItemId(id));
                }
            });
            float[] matrix = Arrays.copyOf(rows, ids.size() * dimension);
            return new Snapshot(generation, now, new ItemVectors(dimension, ids, matrix));
        });
    }

    private static List<ScoredItem> items(List<VectorSearch.Hit> hits) {
        return hits.stream()
                .map(hit -> new ScoredItem(new ItemId(hit.id()), hit.score()))
                .toList();
    }

    private static Term idTerm(ItemId item) {
        return new Term(VectorSearch.ID, item.value());
    }

    private static Document document(Item item) {
        Document document = new Document();
        document.add(new StringField(VectorSearch.ID, item.id().value(), Field.Store.NO));
        document.add(
                new BinaryDocValuesField(VectorSearch.ID, new BytesRef(item.id().value())));
        document.add(new NumericDocValuesField(Entries.REVISION, item.revision()));
        document.add(new TextField(TITLE, item.title(), Field.Store.NO));
        document.add(new StringField(WHOLE_TITLE, TextAnalysis.folded(item.title()), Field.Store.NO));
        for (String category : item.categories()) {
            document.add(new StringField(CATEGORY, category.toLowerCase(Locale.ROOT), Field.Store.NO));
            document.add(new TextField(CATEGORIES, category, Field.Store.NO));
        }
        for (String tag : item.tags()) {
            document.add(new StringField(TAG, tag.toLowerCase(Locale.ROOT), Field.Store.NO));
            document.add(new TextField(TAGS, tag, Field.Store.NO));
        }
        document.add(new TextField(DESCRIPTION, item.description(), Field.Store.NO));
        addWhen(document, item);
        return document;
    }

    private static void addWhen(Document document, Item item) {
        if (item.year() != null) {
            document.add(new IntPoint(YEAR, item.year()));
        }
        if (item.hidden()) {
            document.add(new StringField(HIDDEN, "1", Field.Store.NO));
        }
        if (item.availableFrom() != null) {
            document.add(new LongPoint(FROM, millis(item.availableFrom())));
        }
        if (item.availableTo() != null) {
            document.add(new LongPoint(TO, millis(item.availableTo())));
        }
    }

    private void addVector(Document document, Item item, VectorFile known) {
        VectorKey key = VectorKey.of(ItemText.of(item));
        document.add(new BinaryDocValuesField(VectorSearch.KEY, new BytesRef(key.toString())));
        Optional<float[]> vector = known.find(key);
        if (vector.isEmpty()) {
            document.add(new StringField(VectorSearch.PENDING, "1", Field.Store.NO));
        } else if (!VectorSearch.zero(vector.get())) {
            document.add(VectorSearch.field(fields.filled().name(), vector.get()));
        }
        if (fields.differ()) {
            String searched = fields.searched().name();
            store.search(searcher ->
                            VectorSearch.stored(searcher, searched, item.id().value()))
                    .filter(stored -> stored.key().equals(key.toString()))
                    .ifPresent(stored -> document.add(VectorSearch.field(searched, stored.raw())));
        }
    }

    private static @Nullable Query query(ItemFilter filter) {
        BooleanQuery.Builder query = new BooleanQuery.Builder().add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
        filter.requiredCategories()
                .forEach(category -> query.add(new TermQuery(new Term(CATEGORY, category)), Occur.FILTER));
        if (!filter.anyCategories().isEmpty()) {
            query.add(anyOf(CATEGORY, filter.anyCategories()), Occur.FILTER);
        }
        if (!filter.excludedCategories().isEmpty()) {
            query.add(anyOf(CATEGORY, filter.excludedCategories()), Occur.MUST_NOT);
        }
        if (!filter.excludedTags().isEmpty()) {
            query.add(anyOf(TAG, filter.excludedTags()), Occur.MUST_NOT);
        }
        if (!filter.excludedIds().isEmpty()) {
            query.add(
                    anyOf(
                            VectorSearch.ID,
                            filter.excludedIds().stream().map(ItemId::value).toList()),
                    Occur.MUST_NOT);
        }
        if (filter.minYear() != null || filter.maxYear() != null) {
            int min = filter.minYear() == null ? Integer.MIN_VALUE : filter.minYear();
            int max = filter.maxYear() == null ? Integer.MAX_VALUE : filter.maxYear();
            query.add(IntPoint.newRangeQuery(YEAR, min, max), Occur.FILTER);
        }
        if (filter.visibleAt() != null) {
            long now = millis(filter.visibleAt());
            query.add(new TermQuery(new Term(HIDDEN, "1")), Occur.MUST_NOT);
            query.add(LongPoint.newRangeQuery(FROM, Math.addExact(now, 1), Long.MAX_VALUE), Occur.MUST_NOT);
            query.add(LongPoint.newRangeQuery(TO, Long.MIN_VALUE, now), Occur.MUST_NOT);
        }
        return filter.equals(ItemFilter.ALL) ? null : query.build();
    }

    private static Query anyOf(String field, Iterable<String> values) {
        List<BytesRef> terms = new ArrayList<>();
        values.forEach(value -> terms.add(new BytesRef(value)));
        return new TermInSetQuery(field, terms);
    }

    /// Times beyond what a long of milliseconds holds mean always and never.
    private static long millis(Instant time) {
        Instant farthest = Instant.ofEpochMilli(Long.MAX_VALUE - 1);
        if (time.isAfter(farthest)) {
            return Long.MAX_VALUE - 1;
        }
        Instant earliest = Instant.ofEpochMilli(Long.MIN_VALUE);
        return time.isBefore(earliest) ? Long.MIN_VALUE : time.toEpochMilli();
    }
}
