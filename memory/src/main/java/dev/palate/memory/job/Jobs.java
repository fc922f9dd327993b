package dev.palate.memory.job;

import dev.palate.memory.Page;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The jobs, as the truth has them. Thread-safe.
public interface Jobs {
    /// The most characters that a job's state has.
    int MOST_STATE = 400_000;

    /// A new pending job.
    Job start(String kind, String detail);

    /// Records where a job is; an ended job stays as it is.
    void update(JobId id, JobStatus status, double progress, String detail);

    /// The job.
    Optional<Job> job(JobId id);

    /// A page, newest first.
    Page<Job> page(@Nullable String cursor, int limit);

    /// The newest jobs of a kind, newest first.
    ///
    /// @param limit 1 to [Page#MAX_LIMIT]
    List<Job> newest(String kind, int limit);

    /// Records what the job needs to go on after the end of its process; an ended job keeps it.
    ///
    /// @param state in the form of the job's kind, at most [#MOST_STATE] characters
    void keepState(JobId id, String state);

    /// What was recorded last; empty when nothing was.
    Optional<String> state(JobId id);

    /// Makes the newest open job of the kind that an earlier process left one of this process. Older ones of the kind
    /// are marked as failed: one is enough to go on with.
    Optional<Job> takeOver(String kind);

    /// Marks every job left running by an earlier process as failed, but for erasures, which go on by themselves, and
    /// trainings, replays and labs, which are taken over.
    ///
    /// @return how many
    int failAbandoned();
}
