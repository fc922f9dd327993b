package dev.palate.memory.index;

import dev.palate.memory.Milestone;
import dev.palate.memory.text.TextEncoder;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files of the indexes, opened and closed as one. The locks come first: the vectors have none of their own.
record Stores(LuceneStore items, LuceneStore memories, VectorFile vectors) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

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

    /// Opens again what a failure closed; returns false when nothing was.
    boolean reopen() {
        return items.reopen() | memories.reopen();
    }

    /// Rewrites what is in another vector format than the one in force; ends early when they are closed.
    void rewrite() {
        for (LuceneStore store : List.of(memories, items)) {
            if (store.rewritten() == 1) {
                continue;
            }
            try {
                LOG.info("rewriting {} in the vector format {}", store.path(), store.format());
                Milestone.FORMAT_REWRITING.reached();
                store.rewrite();
                Milestone.FORMAT_REWRITTEN.reached();
                LOG.info("{} is in the vector format {}", store.path(), store.format());
            } catch (RuntimeException e) {
                LOG.info("rewriting {} ended early, the next start goes on: {}", store.path(), e.toString());
            }
        }
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
