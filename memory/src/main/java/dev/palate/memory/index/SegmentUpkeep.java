package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rewrites what is in another vector format than the one in force, then makes one segment of an index that has
/// rested
/// for a while and whose documents are scattered over many: each segment is a graph of its own, and searching ten of
/// them costs several times what searching one does. Merges run beside searches and writes. A thread's work.
final class SegmentUpkeep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentUpkeep.class);

    /// Share of the documents outside of the largest segment from which on settling pays: every settling writes the
    /// whole graph, so that an index that grows steadily is written about four times more for it.
    private static final double SCATTERED = 0.25;

    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration MOST_AFTER_FAILURE = Duration.ofMinutes(10);

    private final List<LuceneStore> stores;
    private final Duration settleAfter;
    private final long settleLeast;
    private final CountDownLatch closing;
    private Duration afterFailure = LOOK;
    private long rewriteAtNanos = System.nanoTime();

    /// @param settleAfter how long an index must rest before
    /// @param settleLeast how many documents it must hold
    /// @param closing counted down when the work is to end
    SegmentUpkeep(List<LuceneStore> stores, Duration settleAfter, long settleLeast, CountDownLatch closing) {
        this.stores = List.copyOf(stores);
        this.settleAfter = settleAfter;
        this.settleLeast = settleLeast;
        this.closing = closing;
    }

    @Override
    public void run() {
        long lookMillis = Math.clamp(settleAfter.toMillis(), 1, LOOK.toMillis());
        try {
            // Looked at again and again: a store that a failure closed was opened again meanwhile.
            do {
                stores.forEach(this::rewrite);
                stores.forEach(this::settle);
            } while (!closing.await(lookMillis, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void rewrite(LuceneStore store) {
        try {
            if (System.nanoTime() - rewriteAtNanos < 0 || store.rewritten() == 1) {
                return;
            }
            LOG.info("rewriting {} in the vector format {}", store.path(), store.format());
            Milestone.FORMAT_REWRITING.reached();
            store.rewrite();
            Milestone.FORMAT_REWRITTEN.reached();
            LOG.info("{} is in the vector format {}", store.path(), store.format());
            afterFailure = LOOK;
        } catch (RuntimeException | Error e) {
            rewriteAtNanos = System.nanoTime() + afterFailure.toNanos();
            LOG.info(
                    "rewriting {} ended early, next try in {} s or at the next start: {}",
                    store.path(),
                    afterFailure.toSeconds(),
                    e.toString());
            Duration twice = afterFailure.multipliedBy(2);
            afterFailure = twice.compareTo(MOST_AFTER_FAILURE) < 0 ? twice : MOST_AFTER_FAILURE;
        }
    }

    void settle(LuceneStore store) {
        try {
            if (store.rested().compareTo(settleAfter) < 0
                    || store.count() < settleLeast
                    || store.scattered() < SCATTERED) {
                return;
            }
            long start = System.nanoTime();
            Milestone.SETTLING.reached();
            store.settle();
            LOG.info(
                    "{} settled in {} s",
                    store.path(),
                    Duration.ofNanos(System.nanoTime() - start).toSeconds());
        } catch (MemoryException e) {
            LOG.info("settling {} ended early, it is tried again: {}", store.path(), e.toString());
        } catch (RuntimeException e) {
            // Lucene closes a writer under way by exceptions of its own.
            LOG.debug("settling {} ended", store.path(), e);
        } catch (Error e) {
            LOG.warn("settling {} failed, it is tried again", store.path(), e);
        }
    }
}
