package dev.palate.memory.job;

import dev.palate.memory.Require;
import java.time.Instant;

/// Long work.
///
/// @param kind such as `import`, `train`, `model-pull`
/// @param progress in [0, 1]
/// @param detail what it is at, or the result, or the error; at most 2,000 characters
public record Job(
        JobId id, String kind, JobStatus status, double progress, String detail, Instant createdAt, Instant updatedAt) {
    public Job {
        Require.text("job kind", kind, 1, 40);
        Require.range("progress", progress, 0, 1);
        Require.text("job detail", detail, 0, 2_000);
    }
}
