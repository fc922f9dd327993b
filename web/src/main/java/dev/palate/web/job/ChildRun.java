package dev.palate.web.job;

import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.training.TrainingEvent;
import dev.palate.retrieval.training.TrainingInputWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One job that works over the log of interactions in a child process, on a thread of its own: a training
/// or a lab. It is done, fails, is cancelled, or is stopped, which leaves its job open for the next
/// process. Thread-safe.
abstract sealed class ChildRun permits TrainingRun, LabRun {
    /// How far it is; only forwards.
    private enum Stage {
        WORKING,
        /// Told to leave its job and files for the next process.
        STOPPING,
        /// Told to end for good.
        CANCELLING,
        /// Its child is gone and its end about to be recorded: nothing can cancel it any more.
        ENDING,
        /// Likewise, of one that was cancelled.
        CANCELLED,
        RECORDED
    }

    /// So often a run is taken up again at most: one that ends the process each time must not do so for
    /// ever.
    static final int MOST_RESUMED = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ChildRun.class);
    private static final int CHANGES_AT_ONCE = 1_000;
    private static final int MOST_WORDS = 2_000;

    private final Trainer.Learnt learnt;
    private final Jobs jobs;
    private final Job job;
    private final Thread thread;
    private Stage stage = Stage.WORKING;
    private volatile boolean warned;

    /// Over what is learnt from; not begun.
    ChildRun(Trainer.Learnt learnt, Jobs jobs, Job job) {
        this.learnt = learnt;
        this.jobs = jobs;
        this.job = job;
        this.thread = Thread.ofVirtual().name("palate-" + job.kind()).unstarted(this::run);
    }

    /// The whole work; ends with [#ending] and [#succeeded].
    abstract void work();

    /// Told what the child says; what it throws is only not seen.
    abstract void hear(TrainingEvent event);

    /// Removes what it works with.
    abstract void discard();

    /// What the end says of a failure. Removes what it works with, unless somebody may go on with that.
    String failed(Throwable e) {
        discard();
        return words(e);
    }

    /// True while it is at work and has read nobody who was erased.
    abstract boolean clean();

    final JobId job() {
        return job.id();
    }

    /// The kind of its job.
    final String kind() {
        return job.kind();
    }

    /// When it was asked for.
    final Instant since() {
        return job.createdAt();
    }

    void begin() {
        thread.start();
    }

    /// True until its thread is gone, which is after its end was recorded.
    final boolean alive() {
        return thread.isAlive();
    }

    /// True while it can be cancelled.
    final synchronized boolean underWay() {
        return thread.isAlive() && stage.compareTo(Stage.ENDING) < 0;
    }

    /// True until its end is recorded: so long there must be no second one.
    final synchronized boolean working() {
        return thread.isAlive() && stage != Stage.RECORDED;
    }

    /// True when it was told to end for good and is not gone yet.
    final synchronized boolean cancelled() {
        return thread.isAlive() && (stage == Stage.CANCELLING || stage == Stage.CANCELLED);
    }

    /// Tells it to end for good, also after it was told to stop.
    ///
    /// @return false when it is not under way
    final synchronized boolean cancel() {
        if (!underWay()) {
            return false;
        }
        stage = Stage.CANCELLING;
        thread.interrupt();
        return true;
    }

    /// Tells it to leave its job and files for the next process.
    final synchronized void stop() {
        if (underWay()) {
            stage = stage == Stage.CANCELLING ? stage : Stage.STOPPING;
            thread.interrupt();
        }
    }

    /// Waits for its thread to be gone.
    ///
    /// @return false when it is not within the time
    final boolean join(Duration patience) {
        try {
            return thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        try {
            work();
        } catch (RuntimeException e) {
            broken(e);
        } catch (Error e) {
            broken(e);
            throw e;
        }
    }

    /// To be called when the child is done, before anything of the end is recorded: who reads that a job
    /// has ended can no longer cancel it.
    ///
    /// @throws RetrievalException with code CANCELLED when it was told to end before
    final synchronized void ending() {
        if (stage != Stage.WORKING) {
            throw new RetrievalException(RetrievalException.Code.CANCELLED, "was told to end when it was done");
        }
        stage = Stage.ENDING;
    }

    final void succeeded(String detail) {
        jobs.update(job(), JobStatus.SUCCEEDED, 1, detail);
        recorded();
    }

    private synchronized void recorded() {
        stage = Stage.RECORDED;
    }

    private void broken(Throwable e) {
        Stage before;
        boolean interrupted;
        synchronized (this) {
            before = stage;
            stage = before == Stage.CANCELLING ? Stage.CANCELLED : Stage.ENDING;
            // An interrupted thread cannot write how it ended.
            interrupted = Thread.interrupted();
        }
        try {
            if (before == Stage.STOPPING) {
                double progress = jobs.job(job()).map(Job::progress).orElse(0.0);
                jobs.update(job(), JobStatus.RUNNING, progress, "stopped; it goes on at the next start");
            } else if (before == Stage.CANCELLING) {
                discard();
                jobs.update(job(), JobStatus.CANCELLED, 0, "cancelled");
            } else {
                if (!(e instanceof RetrievalException)) {
                    LOG.error("{} job {} failed", kind(), job(), e);
                }
                jobs.update(job(), JobStatus.FAILED, 0, failed(e));
            }
        } finally {
            recorded();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// The message, as the end of a job may say it.
    static String words(Throwable e) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " ");
        return message.substring(0, Math.min(MOST_WORDS, message.length()));
    }

    final void note(double progress, String detail) {
        jobs.update(job(), JobStatus.RUNNING, progress, detail);
    }

    /// For the child's listener: what cannot be noted does not end the work.
    final void heard(TrainingEvent event) {
        try {
            hear(event);
        } catch (RuntimeException e) {
            if (!warned) {
                warned = true;
                LOG.warn("{} job {} goes on, but how far it is could not be noted: {}", kind(), job(), e.getMessage());
            }
        }
    }

    /// Writes the log of interactions as a child reads it.
    ///
    /// @param change the newest one before
    /// @return how many interactions
    final long writeLog(Path input, long change) {
        try (TrainingInputWriter writer = TrainingInputWriter.create(input, change)) {
            learnt.interactions()
                    .scan(interaction -> writer.add(
                            interaction.user().value(),
                            interaction.item().value(),
                            (float) interaction.feedback().weight(),
                            interaction.at().getEpochSecond()));
            return writer.finish();
        }
    }

    /// True when what was read then is of this database as it is or was, and nobody in it was erased since.
    ///
    /// @param change the newest one that was read, -1 for nothing
    final boolean ofThisDatabase(long epoch, long change) {
        Changes changes = learnt.changes();
        return change >= 0
                && epoch == changes.epoch()
                && change <= changes.latest().value()
                && noneErasedSince(changes, new ChangeNumber(change));
    }

    /// True when the feed knows of no erasure of a user after the change. One that has ended is no longer
    /// told there: it has been to every place by then.
    private static boolean noneErasedSince(Changes changes, ChangeNumber read) {
        if (read.value() < changes.horizon().value()) {
            return false;
        }
        ChangeNumber seen = read;
        List<Change> some = changes.after(seen, CHANGES_AT_ONCE);
        while (!some.isEmpty()) {
            if (some.stream().anyMatch(change -> change.type() == Change.Type.USER)) {
                return false;
            }
            seen = some.getLast().number();
            some = changes.after(seen, CHANGES_AT_ONCE);
        }
        return true;
    }

    /// Deletes a file, or says in the log that it could not.
    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("could not delete {}", file);
        }
    }
}
