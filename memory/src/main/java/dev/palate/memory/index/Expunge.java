package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SegmentReader;

/// Rewrites every segment that holds deleted documents, removes what was moved aside, and waits until the files
/// of the old segments are gone, so that nothing of them is left on disk. The deletions are committed already.
/// For any thread: searches and writes go on.
final class Expunge {
    private static final Duration MERGE_DEADLINE = Duration.ofMinutes(30);
    private static final Duration FILES_DEADLINE = Duration.ofSeconds(60);
    private static final Duration REST = Duration.ofMillis(10);

    private final LuceneStore store;
    private final MovedAside aside;

    Expunge(LuceneStore store, MovedAside aside) {
        this.store = store;
        this.aside = aside;
    }

    /// Does it all; returns the number of the commit.
    ///
    /// @throws MemoryException `DEADLINE` when a merge or a search under way kept them for too long
    long run() throws IOException {
        store.opened().merges().abort();
        Set<String> before = concerned();
        Milestone.EXPUNGING.reached();
        // A merge that began before the deletion brings deleted documents along: what it made is rewritten in
        // the second round. Writes meanwhile delete too, so that waiting for no deletions at all may never end.
        rewriteDeletions();
        rewriteDeletions();
        Milestone.EXPUNGE_MERGED.reached();
        // With the position of the last commit, as LuceneStore#settle.
        long committed = writer().commit();
        Milestone.EXPUNGE_COMMITTED.reached();
        store.refresh();
        writer().deleteUnusedFiles();
        aside.remove();
        long deadline = System.nanoTime() + FILES_DEADLINE.toNanos();
        while (!stale(before).isEmpty() && rest(deadline, "a search")) {
            writer().deleteUnusedFiles();
        }
        return committed;
    }

    private IndexWriter writer() {
        return store.opened().writer();
    }

    private void rewriteDeletions() throws IOException {
        long deadline = System.nanoTime() + MERGE_DEADLINE.toNanos();
        store.refresh();
        Set<String> old = segments(leaf -> leaf.reader().hasDeletions());
        while (!old.isEmpty() && rest(deadline, "a merge")) {
            writer().forceMergeDeletes(false);
            store.refresh();
            old.retainAll(segments(leaf -> true));
        }
    }

    private Set<String> segments(Predicate<LeafReaderContext> which) {
        return store.search(searcher -> {
            Set<String> names = new HashSet<>();
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                if (which.test(leaf) && leaf.reader() instanceof SegmentReader segment) {
                    names.add(segment.getSegmentName());
                }
            }
            return names;
        });
    }

    /// The files of the last commit and of what is searched: those that can hold what is deleted. What a merge under
    /// way has written so far is left out; it is no part of either until it is done.
    private Set<String> concerned() throws IOException {
        Set<String> segments = segments(leaf -> true);
        SegmentInfos.readLatestCommit(store.opened().directory()).forEach(segment -> segments.add(segment.info.name));
        Set<String> files = new HashSet<>();
        for (String file : store.opened().directory().listAll()) {
            if (file.startsWith(IndexFileNames.SEGMENTS) || segments.contains(IndexFileNames.parseSegmentName(file))) {
                files.add(file);
            }
        }
        return files;
    }

    private Set<String> stale(Set<String> before) throws IOException {
        Set<String> stale = new HashSet<>(before);
        stale.retainAll(Set.of(store.opened().directory().listAll()));
        stale.removeAll(
                SegmentInfos.readLatestCommit(store.opened().directory()).files(true));
        stale.remove(IndexWriter.WRITE_LOCK_NAME);
        return stale;
    }

    private boolean rest(long deadline, String what) {
        if (System.nanoTime() >= deadline) {
            throw new MemoryException(
                    MemoryException.Code.DEADLINE,
                    what + " kept deleted documents in index " + store.path() + " for too long; erase again");
        }
        LockSupport.parkNanos(REST.toNanos());
        return true;
    }
}
