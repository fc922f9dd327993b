package dev.palate.web.job;

import dev.palate.memory.job.JobId;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The newest run of one kind in this process, under way or ended. Thread-safe.
final class RunSlot<R extends ChildRun> {
    private static final Logger LOG = LoggerFactory.getLogger(RunSlot.class);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);

    private @Nullable R newest;

    synchronized void put(R run) {
        newest = run;
    }

    synchronized Optional<R> newest() {
        return Optional.ofNullable(newest);
    }

    /// The one whose end is not recorded yet: so long there must be no second one.
    Optional<R> working() {
        return newest().filter(ChildRun::working);
    }

    /// Ends the run of the job.
    ///
    /// @return false when it is not under way
    boolean cancel(JobId job) {
        return newest().filter(run -> run.job().equals(job))
                .filter(ChildRun::cancel)
                .isPresent();
    }

    /// Ends the run and waits for its thread and its child to be gone.
    void end(R run, Duration patience) {
        boolean ignored = run.cancel();
        join(run, patience);
    }

    /// Waits for one that was cancelled to be gone.
    void awaitCancelled(Duration patience) {
        newest().filter(ChildRun::cancelled).ifPresent(run -> join(run, patience));
    }

    private void join(R run, Duration patience) {
        if (!run.join(patience)) {
            LOG.warn("{} job {} did not end in time", run.kind(), run.job());
        }
    }

    /// Stops the run under way, which the next process takes up again, and waits a little for its child to
    /// be gone.
    void close() {
        newest().ifPresent(run -> {
            run.stop();
            join(run, PATIENCE_AT_CLOSE);
        });
    }
}
