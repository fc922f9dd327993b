package dev.palate.memory.index;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/// What the documents of memories and items say of themselves, beside what is searched. Stateless.
final class Entries {
    static final String REVISION = "revision";
    /// Absent for a document with its vector, or with a text that has none.
    static final String STATE = "state";

    static final long PENDING = 1;
    static final long COLD = 2;

    private Entries() {}

    /// The document of an item.
    ///
    /// @param revision 0 for a document of an earlier build, which did not say it
    /// @param key of its text
    record OfItem(ItemId item, long revision, String key) {}

    static void eachItem(LeafReader reader, Consumer<OfItem> consumer) throws IOException {
        BinaryDocValues ids = DocValues.getBinary(reader, VectorSearch.ID);
        NumericDocValues revisions = DocValues.getNumeric(reader, REVISION);
        BinaryDocValues keys = DocValues.getBinary(reader, VectorSearch.KEY);
        @Nullable Bits live = reader.getLiveDocs();
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
            if (live != null && !live.get(doc) || !ids.advanceExact(doc)) {
                continue;
            }
            consumer.accept(new OfItem(
                    new ItemId(ids.binaryValue().utf8ToString()),
                    revisions.advanceExact(doc) ? revisions.longValue() : 0,
                    keys.advanceExact(doc) ? keys.binaryValue().utf8ToString() : ""));
        }
    }

    static void each(LeafReader reader, String field, Consumer<MemoryIndex.Entry> consumer) throws IOException {
        BinaryDocValues ids = DocValues.getBinary(reader, VectorSearch.ID);
        NumericDocValues revisions = DocValues.getNumeric(reader, REVISION);
        NumericDocValues states = DocValues.getNumeric(reader, STATE);
        BinaryDocValues keys = DocValues.getBinary(reader, VectorSearch.KEY);
        @Nullable FloatVectorValues vectors = reader.getFloatVectorValues(field);
        KnnVectorValues.@Nullable DocIndexIterator places = vectors == null ? null : vectors.iterator();
        @Nullable Bits live = reader.getLiveDocs();
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
            if (live != null && !live.get(doc) || !ids.advanceExact(doc)) {
                continue;
            }
            long revision = revisions.advanceExact(doc) ? revisions.longValue() : 0;
            long state = states.advanceExact(doc) ? states.longValue() : 0;
            boolean vector = places != null && (places.docID() < doc ? places.advance(doc) : places.docID()) == doc;
            String key = keys.advanceExact(doc) ? keys.binaryValue().utf8ToString() : "";
            consumer.accept(new MemoryIndex.Entry(
                    new MemoryId(ids.binaryValue().utf8ToString()),
                    revision,
                    vector,
                    state == PENDING,
                    state == COLD,
                    key));
        }
    }
}
