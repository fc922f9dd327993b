package dev.palate.web.job;

import dev.palate.memory.job.JobId;
import dev.palate.retrieval.RetrievalException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Trainings and labs of a server, of which one is at work at a time: each takes all processors but one
/// and up to three quarters of the memory. Thread-safe.
public final class HeavyWork {
    private @Nullable ChildRun taken;

    /// What is at work.
    ///
    /// @param kind of its job
    /// @param since when it was asked for
    /// @param ending true when it was cancelled and is not gone yet
    public record Busy(String kind, JobId job, Instant since, boolean ending) {
        /// One sentence for who has to wait.
        public String words() {
            boolean training = kind.equals(Trainer.KIND);
            return (training ? "a training" : "an embedding lab") + " (job " + job + ") "
                    + (ending ? "was cancelled and has not ended yet" : "has been under way since " + since)
                    + ", and the two do not run beside each other";
        }
    }

    /// What keeps a run of this kind waiting.
    Optional<Busy> other(String kind) {
        ChildRun at;
        synchronized (this) {
            at = taken;
        }
        return at == null || !at.working() || at.kind().equals(kind)
                ? Optional.empty()
                : Optional.of(new Busy(at.kind(), at.job(), at.since(), at.cancelled()));
    }

    /// @throws RetrievalException with code REFUSED when a run of another kind is at work
    void require(String kind) {
        other(kind).ifPresent(busy -> {
            throw new RetrievalException(
                    RetrievalException.Code.REFUSED,
                    busy.ending
                            ? busy.words() + ": ask again"
                            : busy.words() + ": wait for its end, or cancel it first (on its page, or POST /v1/jobs/"
                                    + busy.job + "/cancel)");
        });
    }

    /// Begins a run; nothing is made when there is no place for it.
    ///
    /// @param make its job and the run, not begun
    /// @throws RetrievalException as [#require]
    synchronized <R extends ChildRun> R begin(String kind, Supplier<R> make) {
        require(kind);
        R run = make.get();
        taken = run;
        run.begin();
        return run;
    }
}
