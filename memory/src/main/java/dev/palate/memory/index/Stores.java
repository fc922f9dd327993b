package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import dev.palate.memory.text.TextEncoder;
import java.nio.file.Path;
import org.apache.lucene.analysis.Analyzer;

/// The files of the indexes, opened and closed as one. The locks come first: the vectors have none of their own.
record Stores(LuceneStore items, LuceneStore memories, VectorFile vectors) implements AutoCloseable {
    static Stores open(Path index, TextEncoder encoder, VectorFormat format, Analyzer analyzer) {
        LuceneStore items = new LuceneStore(index.resolve("items"), format, analyzer);
        try {
            LuceneStore memories = new LuceneStore(index.resolve("memories"), format, analyzer);
            try {
                VectorFile vectors =
                        VectorFile.open(index.resolve("item-vectors.plvc"), encoder.version(), encoder.dimension());
                return new Stores(items, memories, vectors);
            } catch (RuntimeException e) {
                memories.close();
                throw e;
            }
        } catch (RuntimeException e) {
            items.close();
            throw e;
        }
    }

    /// Fails when a failure of a write or of a merge, on whatever thread, closed one of the indexes.
    ///
    /// @throws MemoryException `STORAGE`
    void requireOpen() {
        items.requireOpen();
        memories.requireOpen();
    }

    /// Opens again what a failure closed; returns false when nothing was.
    boolean reopen() {
        return items.reopen() | memories.reopen();
    }

    /// The share of documents in the vector format in force, the less of the two.
    double rewritten() {
        return Math.min(items.rewritten(), memories.rewritten());
    }

    void commit(Position position) {
        Milestone.INDEX_COMMITTING.reached();
        items.commit(position);
        Milestone.ITEMS_COMMITTED.reached();
        memories.commit(position);
        Milestone.INDEX_COMMITTED.reached();
    }

    @Override
    public void close() {
        items.close();
        memories.close();
        vectors.close();
    }
}
