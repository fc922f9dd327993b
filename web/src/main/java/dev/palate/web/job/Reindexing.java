package dev.palate.web.job;

import dev.palate.memory.Threads;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the indexes of a running server built anew from the truth, beside searches and writes; one at a
/// time, each a job of kind `reindex`. One that is cancelled leaves the index as good as before, asked
/// again it begins anew; what a stop of the server interrupts the next start makes up for. Thread-safe.
public final class Reindexing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reindexing.class);
    private static final String KIND = "reindex";
    private static final String CANCELLED = "what was written anew is as good as what it replaced, all else stands as"
            + " before; the next one begins anew";
    private static final String ENCODING_GOES_ON =
            "every document was written by then; texts without a vector go on being encoded";
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);

    private final Jobs jobs;
    private final IndexChanges index;
    private final LongSupplier mend;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Thread thread;
    private @Nullable JobId current;
    private @Nullable JobId unwanted;
    /// Set before the end is recorded: who reads that a job has ended can no longer cancel it.
    private boolean over;
    /// The index's number of the one under way, 0 before it was asked.
    private long asked;

    /// With where jobs are noted, and what mends in the truth what can be made again from it.
    public Reindexing(Jobs jobs, IndexChanges index, LongSupplier mend) {
        this.jobs = jobs;
        this.index = index;
        this.mend = mend;
    }

    /// Starts one, or gives the one under way.
    public synchronized Job start() {
        JobId under = current;
        if (under != null && thread != null && thread.isAlive()) {
            return jobs.job(under).orElseThrow();
        }
        Job job = jobs.start(KIND, "looking through the memories");
        current = job.id();
        over = false;
        asked = 0;
        thread = Thread.ofVirtual().name("palate-reindex").start(() -> run(job.id()));
        return job;
    }

    /// Ends the one of the job, at its next step; the index serves on as it is.
    ///
    /// @return false when it is not under way
    public synchronized boolean cancel(JobId job) {
        if (!job.equals(current) || thread == null || !thread.isAlive() || over) {
            return false;
        }
        unwanted = job;
        if (asked > 0) {
            index.cancelRebuild(asked);
        }
        return true;
    }

    private synchronized boolean unwanted(JobId job) {
        return job.equals(unwanted);
    }

    /// Asks the index, unless nobody wants it any more: then what was asked for is left off at once.
    private synchronized long ask(JobId job) {
        asked = index.rebuildAnew();
        if (job.equals(unwanted)) {
            index.cancelRebuild(asked);
        }
        return asked;
    }

    /// The newest one of this process, under way or ended; absent when there was none.
    public Optional<Job> newest() {
        JobId newest;
        synchronized (this) {
            newest = current;
        }
        return newest == null ? Optional.empty() : jobs.job(newest);
    }

    private void run(JobId job) {
        try {
            jobs.update(job, JobStatus.RUNNING, 0, "looking through the memories");
            long mended = mend.getAsLong();
            long number = ask(job);
            while (!index.rebuilt(number)) {
                IndexStatus status = index.status();
                jobs.update(job, JobStatus.RUNNING, status.rebuildProgress() * 0.9, words(status));
                rest();
            }
            if (index.rebuildCancelled(number)) {
                end(job, JobStatus.CANCELLED, 0, CANCELLED);
                return;
            }
            IndexStatus status = index.status();
            while (status.itemsPending() + status.memoriesPending() > 0) {
                if (unwanted(job)) {
                    end(job, JobStatus.CANCELLED, 0, ENCODING_GOES_ON);
                    return;
                }
                jobs.update(job, JobStatus.RUNNING, 0.9 + 0.1 * status.encodingProgress(), words(status));
                rest();
                status = index.status();
            }
            end(job, JobStatus.SUCCEEDED, 1, result(status, mended));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("reindex job {} failed", job, e);
            String why = String.valueOf(e.getMessage());
            end(job, JobStatus.FAILED, 0, why.length() > 2_000 ? why.substring(0, 2_000) : why);
        }
    }

    private void end(JobId job, JobStatus status, double progress, String detail) {
        synchronized (this) {
            over = true;
        }
        jobs.update(job, status, progress, detail);
    }

    /// @throws InterruptedException when the server is closing
    private void rest() throws InterruptedException {
        if (closing.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closing");
        }
    }

    private static String words(IndexStatus status) {
        String failure = status.failure();
        if (failure != null) {
            return "held up: " + failure.substring(0, Math.min(1_000, failure.length()));
        }
        return status.rebuilding() || status.itemsPending() + status.memoriesPending() == 0
                ? "writing documents"
                : "encoding " + (status.itemsPending() + status.memoriesPending()) + " texts";
    }

    /// What came of one, in one line.
    public static String result(IndexStatus status, long mended) {
        return status.items() + " items and " + status.memories() + " memories, up to change "
                + status.applied().value() + (mended == 0 ? "" : "; " + mended + " entries mended in the truth");
    }

    /// Ends the watching; the index itself stops when it is closed.
    @Override
    public void close() {
        Thread watching;
        synchronized (this) {
            watching = thread;
        }
        closing.countDown();
        Threads.awaitEnd(watching, PATIENCE_AT_CLOSE, LOG, "the reindex job");
    }
}
