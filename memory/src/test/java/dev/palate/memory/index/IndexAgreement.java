package dev.palate.memory.index;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.memory.Memory;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/// What the indexes hold document by document, to be compared with the truth. Stateless.
public final class IndexAgreement {
    private IndexAgreement() {}

    /// The key of the text that a document about it holds.
    public static String key(Memory memory) {
        return VectorKey.of(memory.text()).toString();
    }

    /// The key of the text that a document about it holds.
    public static String key(Item item) {
        return VectorKey.of(ItemText.of(item)).toString();
    }

    /// Id to key of every item that is searched; fails where one is there twice.
    public static Map<String, String> items(IndexChanges index) {
        return documents(index.items().store());
    }

    /// Id to key of every memory that is searched; fails where one is there twice.
    public static Map<String, String> memories(IndexChanges index) {
        return documents(index.memories().store());
    }

    /// The memories that a search by meaning can find.
    public static Set<String> memoriesWithVector(IndexChanges index) {
        String field = VectorFields.Field.of(index.encoder()).name();
        return index.memories().store().search(searcher -> {
            Set<String> found = new HashSet<>();
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
                if (vectors == null) {
                    continue;
                }
                BinaryDocValues ids = DocValues.getBinary(leaf.reader(), VectorSearch.ID);
                @Nullable Bits live = leaf.reader().getLiveDocs();
                KnnVectorValues.DocIndexIterator docs = vectors.iterator();
                for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
                    if ((live == null || live.get(doc)) && ids.advanceExact(doc)) {
                        found.add(ids.binaryValue().utf8ToString());
                    }
                }
            }
            return found;
        });
    }

    private static Map<String, String> documents(LuceneStore store) {
        return store.search(searcher -> {
            Map<String, String> found = new HashMap<>();
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                BinaryDocValues ids = DocValues.getBinary(leaf.reader(), VectorSearch.ID);
                BinaryDocValues keys = DocValues.getBinary(leaf.reader(), VectorSearch.KEY);
                @Nullable Bits live = leaf.reader().getLiveDocs();
                for (int doc = ids.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = ids.nextDoc()) {
                    if ((live == null || live.get(doc)) && keys.advanceExact(doc)) {
                        String twice = found.put(
                                ids.binaryValue().utf8ToString(),
                                keys.binaryValue().utf8ToString());
                        if (twice != null) {
                            throw new IOException(
                                    "twice in the index: " + ids.binaryValue().utf8ToString());
                        }
                    }
                }
            }
            return found;
        });
    }
}
