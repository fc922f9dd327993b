package dev.palate.memory.job;

import dev.palate.memory.Page;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The jobs, as the truth has them. Thread-safe.
public interface Jobs {
    /// A new pending job.
    Job start(String kind, String detail);

    /// Records where a job is; an ended job stays as it is.
    void update(JobId id, JobStatus status, double progress, String detail);

    /// The job.
    Optional<Job> job(JobId id);

    /// A page, newest first.
    Page<Job> page(@Nullable String cursor, int limit);

    /// Marks every job left running by an earlier process as failed, but for erasures, which go on by themselves.
    ///
    /// @return how many
    int failAbandoned();
}
