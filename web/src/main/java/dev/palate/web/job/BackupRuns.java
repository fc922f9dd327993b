package dev.palate.web.job;

import dev.palate.memory.MemoryException;
import dev.palate.memory.backup.Manifest;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes back-ups of the open truth; one at a time, each a job of kind `backup`. Thread-safe.
public final class BackupRuns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackupRuns.class);
    private static final String KIND = "backup";
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(30);

    private final Jobs jobs;
    private final Function<Path, Manifest> making;
    private @Nullable Thread current;

    /// With where jobs are noted and what makes a back-up into a file.
    public BackupRuns(Jobs jobs, Function<Path, Manifest> making) {
        this.jobs = jobs;
        this.making = making;
    }

    /// Starts a back-up into a file that must not be there.
    ///
    /// @throws MemoryException `BUSY` while another is under way
    public synchronized Job start(Path file) {
        if (current != null && current.isAlive()) {
            throw new MemoryException(
                    MemoryException.Code.BUSY, "another back-up is under way; wait until it has ended");
        }
        Job job = jobs.start(KIND, "copying");
        current = Thread.ofVirtual().name("palate-backup").start(() -> run(job.id(), file));
        return job;
    }

    private void run(JobId job, Path file) {
        try {
            jobs.update(job, JobStatus.RUNNING, 0, "copying");
            jobs.update(job, JobStatus.SUCCEEDED, 1, summary(file, making.apply(file)));
        } catch (RuntimeException e) {
            LOG.warn("back-up job {} failed", job, e);
            String why = e instanceof MemoryException ? String.valueOf(e.getMessage()) : e.toString();
            jobs.update(job, JobStatus.FAILED, 0, why.length() > 2_000 ? why.substring(0, 2_000) : why);
        }
    }

    /// A back-up in one line.
    public static String summary(Path file, Manifest made) {
        return file + ", " + made.bytes() + " bytes, up to change " + made.change() + ", SHA-256 " + made.sha256();
    }

    /// Waits for the back-up under way.
    @Override
    public synchronized void close() {
        try {
            if (current != null && !current.join(PATIENCE_AT_CLOSE)) {
                LOG.warn("the back-up under way did not end in time; it is not whole");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
