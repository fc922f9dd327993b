package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One Lucene directory with its writer and its searchers. Searches may come from any thread; writes from one.
///
/// A directory that cannot be read is moved aside, to `NAME.broken`, and begun anew.
final class LuceneStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LuceneStore.class);
    private static final double BUFFER_MIB = 64;
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    private final Path path;
    private final MovedAside aside;
    private final VectorFormat format;
    private final Analyzer analyzer;
    private volatile Opened opened;
    private volatile long writtenNanos = System.nanoTime();

    /// What is open, replaced as one.
    record Opened(Directory directory, IndexWriter writer, SearcherManager searchers, RewritePolicy merges) {
        void close() throws IOException {
            IOUtils.close(writer::rollback, searchers, directory);
        }
    }

    /// Something to do with a searcher.
    interface Search<T> {
        T with(IndexSearcher searcher) throws IOException;
    }

    /// Opens or makes the index; reads every file of it once to find damage.
    ///
    /// @throws MemoryException `DIRECTORY_HELD` when another process writes it, `STORAGE` when the disk refuses
    LuceneStore(Path path, VectorFormat format, Analyzer analyzer) {
        this.path = path;
        aside = new MovedAside(path);
        this.format = format;
        this.analyzer = analyzer;
        opened = open(true);
    }

    Path path() {
        return path;
    }

    Opened opened() {
        return opened;
    }

    VectorFormat format() {
        return format;
    }

    /// Fails when a failed write or merge closed it: Lucene does so by itself.
    void requireOpen() {
        if (!opened.writer().isOpen()) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE,
                    "a failure closed the index " + path + ": "
                            + opened.writer().getTragicException() + "; check the disk, it is opened again by itself");
        }
    }

    /// Opens again what a failed write closed, from the last commit. Its files are not read whole once more: they
    /// were when the process began, and a full disk would have it done again and again.
    ///
    /// @return false when it was open
    boolean reopen() {
        if (opened.writer().isOpen()) {
            return false;
        }
        try {
            opened.close();
        } catch (IOException e) {
            LOG.warn("index {} did not close after a failure: {}", path, e.toString());
        }
        opened = open(false);
        return true;
    }

    private Opened open(boolean whole) {
        try {
            try {
                return openOnce(whole);
            } catch (CorruptIndexException
                    | IndexFormatTooOldException
                    | IndexFormatTooNewException
                    | EOFException
                    | FileNotFoundException
                    | NoSuchFileException
                    | IllegalArgumentException e) {
                Path moved = aside.move();
                LOG.warn("index {} cannot be read ({}); moved to {}, will be rebuilt", path, e.toString(), moved);
                return openOnce(whole);
            }
        } catch (LockObtainFailedException e) {
            throw new MemoryException(
                    MemoryException.Code.DIRECTORY_HELD,
                    "the index " + path + " is held by another process; end that process first",
                    e);
        } catch (IOException e) {
            throw failed("open", e);
        }
    }

    /// @param whole true to read every file for damage
    private Opened openOnce(boolean whole) throws IOException {
        Files.createDirectories(path);
        Directory directory = FSDirectory.open(path);
        IndexWriter writer = null;
        try {
            // Erasing means that no segment keeps a deleted document, however few there are.
            RewritePolicy merges = new RewritePolicy(new TieredMergePolicy().setForceMergeDeletesPctAllowed(0), format);
            writer = new IndexWriter(
                    directory,
                    new IndexWriterConfig(analyzer)
                            .setCodec(VectorFormats.codec(format))
                            .setRAMBufferSizeMB(BUFFER_MIB)
                            .setMergePolicy(merges)
                            .setMergeScheduler(new SaidMerges())
                            .setCommitOnClose(false));
            SearcherManager searchers = new SearcherManager(writer, true, true, new FilterCache());
            if (whole) {
                checkIntegrity(searchers);
            }
            return new Opened(directory, writer, searchers, merges);
        } catch (IOException | RuntimeException e) {
            if (writer != null) {
                writer.rollback();
            }
            directory.close();
            throw e;
        }
    }

    private static void checkIntegrity(SearcherManager searchers) throws IOException {
        IndexSearcher searcher = searchers.acquire();
        try {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                leaf.reader().checkIntegrity();
            }
        } finally {
            searchers.release(searcher);
        }
    }

    /// Where the commit that is open stands, absent when there is none of ours.
    Optional<Position> committed() {
        Iterable<java.util.Map.Entry<String, String>> commit = opened.writer().getLiveCommitData();
        return commit == null ? Optional.empty() : Position.ofCommit(commit);
    }

    /// Runs the search on the newest refreshed state.
    <T> T search(Search<T> search) {
        SearcherManager searchers = opened.searchers();
        try {
            IndexSearcher searcher = searchers.acquire();
            try {
                return search.with(searcher);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException e) {
            throw failed("search", e);
        }
    }

    void replace(Term id, Document document) {
        writtenNanos = System.nanoTime();
        write("write", () -> opened.writer().updateDocument(id, document));
    }

    void delete(Query query) {
        writtenNanos = System.nanoTime();
        write("delete", () -> opened.writer().deleteDocuments(query));
    }

    void clear() {
        write("clear", opened.writer()::deleteAll);
    }

    /// Makes the writes so far searchable.
    void refresh() {
        write("refresh", () -> {
            opened.searchers().maybeRefreshBlocking();
            return 0;
        });
    }

    /// Makes the writes so far durable, with the position.
    void commit(Position position) {
        write("commit", () -> {
            opened.writer().setLiveCommitData(position.toCommit().entrySet());
            return opened.writer().commit();
        });
    }

    /// See [Expunge].
    ///
    /// @throws MemoryException `DEADLINE` when a merge or a search under way kept them for too long
    void expunge() {
        write("expunge", new Expunge(this, aside)::run);
    }

    /// Rewrites every segment of another vector format, as a merge beside searches and writes; returns once it is
    /// done
    /// or the index is closed. For a thread of its own.
    void rewrite() {
        write("rewrite", () -> {
            opened.writer().forceMerge(1);
            return 0;
        });
        refresh();
    }

    /// Makes one segment of all, as a merge beside searches and writes; returns once it is done, or ended by an
    /// erasure or the closing. For a thread of its own.
    void settle() {
        Opened open = opened;
        write("settle", () -> {
            open.merges().settling(true);
            try {
                open.writer().forceMerge(1);
            } finally {
                open.merges().settling(false);
            }
            Milestone.SETTLED.reached();
            // With the position of the last commit: what came since is replayed once more after a crash.
            long committed = open.writer().commit();
            Milestone.SETTLE_COMMITTED.reached();
            return committed;
        });
        refresh();
    }

    /// How long nothing was written.
    Duration rested() {
        return Duration.ofNanos(System.nanoTime() - writtenNanos);
    }

    /// How many documents can be found.
    long count() {
        return search(searcher -> (long) searcher.getIndexReader().numDocs());
    }

    /// The share of live documents that are not in the largest segment, in [0, 1].
    double scattered() {
        return search(searcher -> {
            long all = 0;
            long most = 0;
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                all += leaf.reader().numDocs();
                most = Math.max(most, leaf.reader().numDocs());
            }
            return all == 0 ? 0 : (all - most) / (double) all;
        });
    }

    /// The share of documents in segments of the vector format in force, in [0, 1]; 1 for an empty index.
    double rewritten() {
        return search(searcher -> {
            long all = 0;
            long done = 0;
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                all += leaf.reader().numDocs();
                done += VectorFormats.written(leaf.reader(), format)
                        ? leaf.reader().numDocs()
                        : 0;
            }
            return all == 0 ? 1 : done / (double) all;
        });
    }

    /// Bytes of its files.
    long byteSize() {
        try {
            long bytes = 0;
            for (String file : opened.directory().listAll()) {
                bytes += length(file);
            }
            return bytes;
        } catch (IOException e) {
            throw failed("list", e);
        }
    }

    private long length(String file) throws IOException {
        try {
            return opened.directory().fileLength(file);
        } catch (FileNotFoundException | NoSuchFileException e) {
            return 0;
        }
    }

    /// Closes without a commit: what was not committed is replayed from the feed. A merge that does not stop within
    /// half
    /// a minute ends with the process; its files are of no commit and go at the next opening.
    @Override
    public void close() {
        Opened open = opened;
        FutureTask<Void> closing = new FutureTask<>(() -> {
            open.close();
            return null;
        });
        Thread.ofPlatform().daemon().name("palate-index-close").start(closing);
        try {
            closing.get(CLOSE_DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.info(
                    "a merge of {} did not stop within {} s; it ends with the process",
                    path,
                    CLOSE_DEADLINE.toSeconds());
        } catch (ExecutionException e) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE, "the index " + path + " did not close: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Write {
        long run() throws IOException;
    }

    private static void write(String what, Write write) {
        try {
            write.run();
        } catch (IOException e) {
            throw failed(what, e);
        }
    }

    private static MemoryException failed(String what, IOException e) {
        return new MemoryException(
                MemoryException.Code.STORAGE,
                "the index could not " + what + ": " + e.getMessage()
                        + "; check the disk, the index is rebuilt on start",
                e);
    }

    /// The generation of what is searched now, to tell whether something changed.
    Object generation() {
        return search(searcher -> ((DirectoryReader) searcher.getIndexReader())
                .getReaderCacheHelper()
                .getKey());
    }
}
